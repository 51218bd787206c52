// Asks for the next frame of a film, once for each: pages/components/frame_pacer.py says after how long.

const films = new WeakMap();  // place -> {number, timer}

export default ({ parentElement, data, setTriggerValue }) => {
  const film = films.get(parentElement) ?? {};
  films.set(parentElement, film);
  film.ask = () => {
    if (!parentElement.isConnected) return;
    if (document.hidden) document.addEventListener("visibilitychange", () => film.ask(), { once: true });
    else setTriggerValue("next", film.number);
  };
  if (film.number !== data.number) {
    film.number = data.number;
    clearTimeout(film.timer);
    film.timer = setTimeout(() => film.ask(), data.afterMs);
  }
  return () => setTimeout(() => parentElement.isConnected || clearTimeout(film.timer));
};
