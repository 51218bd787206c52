// Carries one tick's messages for all live components of a page; it shows nothing itself.
// pages/components/live_updates.py puts it into the fragment that ticks, the components stand outside it.

const { unpack, viewOf } = await import("./wire.js" + new URL(import.meta.url).search);
const seen = new WeakMap();

export default ({ parentElement, data, setTriggerValue }) => {
  const { header, payload } = unpack(data);
  if (seen.get(parentElement) === data) return;
  seen.set(parentElement, data);
  let start = 0;
  for (const [key, length] of header.parts) {
    const bytes = payload.slice(start, start + length);
    start += length;
    viewOf(key)?.receive({ data: bytes, setTriggerValue });
  }
};
