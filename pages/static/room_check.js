// Tries what Inkling needs of a device and says what came of it. pages/classroom/room_check.py draws the page and has
// the sentences. Older browsers are to be told that they are too old: nothing here is newer than what they read (2017).

(() => {
  const script = document.currentScript;
  const { states, verdicts, found } = JSON.parse(script.dataset.words);
  const at = (path) => new URL("../../" + path, script.src); // whatever address the app has on its server
  const ROUNDS = 10, GOOD_MS = 100, FAIR_MS = 400;
  const SOCKET_MS = 8000, ANSWER_MS = 5000, CAMERA_MS = 10000, SEEN_MS = 3000;
  const NARROW_PX = 360;
  const LINE_PX = 30; // so long a stroke is a line
  const WORST_FIRST = ["bad", "wait", "fair", "good"];
  const result = {}; // check -> state

  const line = (check) => document.getElementById(check);

  /** Say it once to those who listen. */
  function set(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  const say = (name, values = {}) => found[name].replace(/\{(\w+)\}/g, (_all, key) => values[key]);

  /** Show what came of a check, and what comes of all: what was not tried yet counts for nothing. */
  function show(check, state, text) {
    result[check] = state;
    line(check).dataset.state = state;
    set(line(check).querySelector("b"), states[state]);
    set(line(check).querySelector("p"), text);
    const all = Object.keys(result).map((name) => result[name]);
    const whole = all.includes("wait") ? "wait" : WORST_FIRST.find((one) => all.includes(one));
    const verdict = document.getElementById("verdict");
    verdict.dataset.state = whole;
    set(verdict.querySelector("span"), verdicts[whole]);
  }

  /** Whether the server answers on the live channel: what lies between may open a socket and pass nothing on. */
  function checkSocket() {
    return new Promise((resolve) => {
      const address = at("live");
      address.protocol = address.protocol.replace("http", "ws");
      let socket = null;
      const timer = setTimeout(() => end(false), SOCKET_MS);
      function end(isGood) {
        clearTimeout(timer);
        if (socket) {
          socket.onmessage = socket.onclose = socket.onerror = null;
          socket.close();
        }
        show("socket", isGood ? "good" : "bad", say(isGood ? "socket_good" : "socket_bad", { host: address.host }));
        resolve();
      }
      try {
        socket = new WebSocket(address.href);
      } catch (_error) {
        end(false);
        return;
      }
      const watch = ["server:room-check"], language = document.documentElement.lang;
      socket.onopen = () => socket.send(JSON.stringify({ watch, language }));
      socket.onmessage = () => end(true);
      socket.onclose = socket.onerror = () => end(false);
    });
  }

  /** Ask the server; an answer that does not come in time is none. */
  function ask(path) {
    const late = new Promise((_resolve, reject) => setTimeout(() => reject(new Error("late")), ANSWER_MS));
    const answered = fetch(at(path).href, { cache: "no-store", credentials: "same-origin" });
    return Promise.race([answered, late]).then((answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer;
    });
  }

  async function checkDelay() {
    const took = [];
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now();
      try {
        await (await ask("_stcore/health")).text();
      } catch (_error) {
        show("delay", "bad", say("delay_lost"));
        return;
      }
      took.push(performance.now() - start);
    }
    took.sort((one, other) => one - other);
    const ms = Math.round((took[ROUNDS / 2 - 1] + took[ROUNDS / 2]) / 2);
    const state = ms < GOOD_MS ? "good" : ms < FAIR_MS ? "fair" : "bad";
    show("delay", state, say("delay_" + state, { ms, count: ROUNDS }));
  }

  async function checkCookies() {
    try {
      const state = (await (await ask("room-check/cookie")).json()).is_kept ? "good" : "bad";
      show("cookies", state, say("cookies_" + state));
    } catch (_error) {
      show("cookies", "bad", say("cookies_lost"));
    }
  }

  function checkBrowser() {
    let state = "good";
    try {
      new DecompressionStream("deflate-raw");
      if (!("noModule" in script) || !window.ResizeObserver || !window.PointerEvent) state = "bad";
      else if (!CSS.supports("selector(:has(a))") || !CSS.supports("container-type", "inline-size")) state = "fair";
    } catch (_error) {
      state = "bad";
    }
    show("browser", state, say("browser_" + state));
  }

  function checkScreen() {
    const is = (query) => matchMedia(query).matches;
    const state = innerWidth < NARROW_PX ? "fair" : "good";
    const told = [say("screen_" + state, { width: innerWidth, height: innerHeight })];
    told.push(say(is("(prefers-color-scheme: dark)") ? "screen_dark" : "screen_light"));
    if (is("(prefers-reduced-motion: reduce)")) told.push(say("screen_still"));
    show("screen", state, told.join(" "));
  }

  function checkPointer() {
    const hasTouch = navigator.maxTouchPoints > 0 || matchMedia("(any-pointer: coarse)").matches;
    const hasFine = matchMedia("(any-pointer: fine)").matches;
    const kind = hasTouch && hasFine ? "both" : hasTouch ? "touch" : hasFine ? "fine" : "none";
    show("pointer", "open", say("pointer_" + kind));
    drawLines(line("pointer").querySelector("canvas"), (kind) => {
      show("pointer", "good", say(found["stroke_" + kind] ? "stroke_" + kind : "stroke_mouse"));
    });
  }

  /** Draw what a pointer draws; tell by which kind, once a line is drawn. */
  function drawLines(canvas, tell) {
    const pen = canvas.getContext("2d");
    let last = null, length = 0;
    const point = ({ clientX, clientY }) => {
      const box = canvas.getBoundingClientRect();
      return { x: clientX - box.left - canvas.clientLeft, y: clientY - box.top - canvas.clientTop };
    };
    const lift = ({ type, pointerId, pointerType }) => {
      if (!last || last.id !== pointerId) return;
      last = null;
      if (type === "pointerup" && length >= LINE_PX) tell(pointerType);
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (last) return;
      if (canvas.width !== Math.round(canvas.clientWidth * devicePixelRatio)) {
        canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
        canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
        pen.scale(devicePixelRatio, devicePixelRatio);
      }
      canvas.setPointerCapture(event.pointerId);
      last = Object.assign(point(event), { id: event.pointerId });
      length = 0;
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!last || last.id !== event.pointerId) return;
      const next = point(event);
      length += Math.hypot(next.x - last.x, next.y - last.y);
      Object.assign(pen, { lineWidth: 4, lineCap: "round", strokeStyle: getComputedStyle(canvas).color });
      pen.beginPath();
      pen.moveTo(last.x, last.y);
      pen.lineTo(next.x, next.y);
      pen.stroke();
      Object.assign(last, next);
    });
    canvas.addEventListener("pointerup", lift);
    canvas.addEventListener("pointercancel", lift);
  }

  async function checkCamera() {
    const media = navigator.mediaDevices;
    if (!media || !media.getUserMedia) {
      if (isSecureContext) show("camera", "fair", say("camera_none"));
      else show("camera", "fair", say("camera_insecure"));
      return;
    }
    const devices = await media.enumerateDevices().catch(() => []);
    if (!devices.some(({ kind }) => kind === "videoinput")) {
      show("camera", "fair", say("camera_none"));
      return;
    }
    const button = line("camera").querySelector("button");
    button.hidden = false;
    button.addEventListener("click", () => tryCamera(button));
    show("camera", "open", say("camera_open"));
  }

  /** Show what the camera sees for a moment. */
  async function tryCamera(button) {
    const video = line("camera").querySelector("video");
    let stream = null;
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true"); // and not disabled, which would lose the focus
    show("camera", "open", say("camera_asked"));
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: true });
      video.srcObject = stream;
      video.hidden = false;
      await playing(video);
      await new Promise((resolve) => setTimeout(resolve, SEEN_MS));
      show("camera", "good", say("camera_good"));
    } catch (error) {
      const name = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none" }[error.name] || "bad";
      show("camera", name === "none" ? "fair" : "bad", say("camera_" + name));
    }
    if (stream) stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
    video.hidden = true;
    button.removeAttribute("aria-disabled");
  }

  /** Wait until a picture is there. */
  function playing(video) {
    return new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error("no picture")), CAMERA_MS);
      video.onplaying = resolve;
      video.play().catch(reject);
    });
  }

  for (const check of ["socket", "delay", "cookies", "browser", "screen", "pointer", "camera"]) result[check] = "wait";
  checkBrowser();
  checkScreen();
  checkPointer();
  checkCamera();
  checkSocket();
  checkCookies();
  checkDelay();
  addEventListener("resize", checkScreen);
})();
