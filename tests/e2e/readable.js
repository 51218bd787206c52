// What a person can read on the page now: {texts: [[text, where]], cut: [text, by what], moves: something glides}. tests/e2e/foreign_visit.py asks.
({ passed, scrolled }) => {
  const root = document.body;
  const isShown = (element) =>  // a sidebar that is put away stands beside the screen
    element.checkVisibility({ visibilityProperty: true }) && !element.closest("[data-testid=stSidebar][data-collapsed=true]");
  const isPassed = (element) => element.closest(passed);
  const where = (element) => {
    const near = element.closest("[data-testid], [class*=st-key-], [class*=ink-]");
    const key = element.closest("[class*=st-key-]")?.className.match?.(/st-key-[\w-]+/)?.[0] ?? "";
    return `${element.tagName.toLowerCase()} in ${near?.dataset?.testid ?? ""} ${near?.getAttribute("class")?.match(/ink-[\w-]+/)?.[0] ?? ""} ${key}`;
  };

  // ---- texts: those of one paragraph together, for a sentence may have parts of its own look
  const nodes = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || ["STYLE", "SCRIPT", "NOSCRIPT"].includes(parent.tagName) || isPassed(parent)) continue;
    const isRead = parent.closest("canvas");  // a table that is painted is written within its canvas for those who listen
    if (isRead ? isShown(isRead) : isShown(parent)) nodes.push(node);
  }
  const block = (element) => {
    while (element !== root && /^(inline|contents)/.test(getComputedStyle(element).display)) element = element.parentElement;
    return element;
  };
  const together = (element) => nodes.filter((node) => element.contains(node)).map((node) => node.data).join("");
  const isWhole = (text) => text.split("⟦").length === text.split("⟧").length;
  const parts = new Map();
  for (const node of nodes) {
    const parent = node.parentElement, element = parent.closest("canvas, svg text") ? parent : block(parent);
    parts.set(element, (parts.get(element) ?? "") + node.data);
  }
  const paragraphs = new Map();
  for (let [element, text] of parts) {
    while (element !== root && !isWhole(text)) text = together((element = element.parentElement));
    paragraphs.set(element, text);
  }
  const texts = [...paragraphs].map(([element, text]) => [text, where(element)]);

  // ---- attributes and what style sheets write
  const ATTRIBUTES = ["aria-label", "aria-description", "aria-valuetext", "aria-roledescription", "title", "alt", "placeholder"];
  for (const element of root.querySelectorAll("*")) {
    if (["STYLE", "SCRIPT"].includes(element.tagName) || isPassed(element) || !isShown(element)) continue;
    for (const name of ATTRIBUTES) {
      const text = element.getAttribute(name);
      const isFilled = name === "placeholder" && element.value;
      if (text?.trim() && !isFilled) texts.push([text, `${name} of ${where(element)}`]);
    }
    if (element.matches("input, textarea") && !/hidden|checkbox|radio|file|range/.test(element.type) && element.value) texts.push([element.value, `value of ${where(element)}`]);
    for (const pseudo of element.matches(".stApp, [class*=ink-]") ? ["::before", "::after"] : []) {
      const content = getComputedStyle(element, pseudo).content;
      if (/^"/.test(content) && /\p{L}{2}/u.test(content)) texts.push([content, `${pseudo} of ${where(element)}`]);
    }
  }

  // ---- what is cut: by an ancestor that hides what is beyond it, or by the edge of the screen
  const cut = new Set();
  const clipOf = (box, style) => ({
    left: box.left + parseFloat(style.borderLeftWidth), right: box.right - parseFloat(style.borderRightWidth),
    top: box.top + parseFloat(style.borderTopWidth), bottom: box.bottom - parseFloat(style.borderBottomWidth),
  });
  const range = document.createRange();
  for (const node of nodes) {
    if (node.parentElement.closest("canvas")) continue;
    range.selectNodeContents(node);
    const parts = [...range.getClientRects()].filter((part) => part.width > 0.5 && part.height > 0.5);
    if (!parts.length) continue;
    const left = Math.min(...parts.map((part) => part.left)), right = Math.max(...parts.map((part) => part.right));
    const top = Math.min(...parts.map((part) => part.top)), bottom = Math.max(...parts.map((part) => part.bottom));
    const line = parts[0].height;
    let isFreeX = false, isFreeY = false, position = getComputedStyle(node.parentElement).position, isForListeners = false, by = "";
    for (let element = node.parentElement; element && element !== document.documentElement; element = element.parentElement) {
      const style = getComputedStyle(element), box = element.getBoundingClientRect();
      if ((style.clip !== "auto" || style.clipPath !== "none") && box.width <= 1.5) isForListeners = true;
      if (element.matches(scrolled)) isFreeX = isFreeY = true;
      const isLaidOver = element !== node.parentElement && position === "absolute" && style.position === "static";  // no clip for what is laid over it
      if (!isLaidOver && (element === node.parentElement || style.display !== "inline")) {
        const clip = clipOf(box, style);
        if (!isFreeX && /hidden|clip/.test(style.overflowX) && (left < clip.left - 1 || right > clip.right + 1)) by ||= `at the side by ${where(element)}`;
        if (!isFreeY && /hidden|clip/.test(style.overflowY) && (top < clip.top - 0.3 * line || bottom > clip.bottom + 0.3 * line)) by ||= `in height by ${where(element)}`;
        if (/auto|scroll/.test(style.overflowX)) isFreeX = true;
        if (/auto|scroll/.test(style.overflowY)) isFreeY = true;
      }
      if (style.position === "fixed") break;
      if (!isLaidOver && style.position !== "static") position = style.position;
    }
    if (!by && !isFreeX && (left < -1 || right > innerWidth + 1)) by = "by the edge of the screen";
    if (by && !isForListeners) cut.add(`${node.data.trim().slice(0, 80)} [${where(node.parentElement)}], cut ${by}`);
  }
  for (const field of root.querySelectorAll("input:not([type=hidden], [type=file], [type=range], [type=checkbox], [type=radio]), textarea")) {
    if (isShown(field) && !field.closest(scrolled) && field.scrollWidth > field.clientWidth + 1 && field.clientWidth > 2) cut.add(`${field.value || field.placeholder} [${where(field)}], cut by its field`);
  }
  const main = document.querySelector("[data-testid=stMain]");
  for (const element of [document.scrollingElement, main]) {
    if (element && element.scrollWidth > element.clientWidth + 1) cut.add(`the page scrolls sideways: ${element.scrollWidth} of ${element.clientWidth} px`);
  }
  const moves = document.getAnimations().some((one) => one.playState === "running" && one.effect.getComputedTiming().iterations !== Infinity);
  return { texts, cut: [...cut], moves };
}
