// Says in our words what Streamlit's page says in its own: dialogs, uploads that failed, a camera that is not to be had.
// pages/server/index_page.py links this script and gives it the sentences, for some are needed before any session.

(() => {
  const words = JSON.parse(document.currentScript.dataset.words);
  const LOST = "Connection error";  // that it is lost is said in theme.css
  const DIALOGS = { [LOST]: "", "Page not found": words.missing, "Bad message format": words.fault };
  const UPLOADS = [  // what Streamlit says of a file, with the status of the answer -> what is said instead
    [/or smaller|\b413\b/, words.too_large],
    [/not allowed/, words.kind],
    [/\b408\b/, words.too_slow],
    [/\b429\b/, words.no_room],
    [/\b507\b/, words.no_room_for_all],
    [/\b403\b/, words.no_cookie],
    [/./, words.upload],
  ];
  const said = document.createElement("p");
  let title = null;

  /** What the server answers to a page before its session is in the dialog as code, as is a command of Streamlit's. */
  function answered(dialog) {
    const code = dialog.querySelector("code")?.textContent ?? "";
    return code.includes("streamlit run") ? "" : code.trim();
  }

  function replaceDialog() {
    const dialog = document.querySelector('[data-testid="stDialog"]');
    const found = dialog && Object.keys(DIALOGS).find((text) => dialog.textContent.includes(text));
    if (!found) return;
    title = found;
    said.textContent = DIALOGS[title] || answered(dialog);
    said.hidden = !said.textContent;
    dialog.querySelector('[aria-label="Close"]').click();
  }

  function replaceTexts() {
    for (const alert of document.querySelectorAll('[data-testid="stFileChip"] [role="alert"]:not([data-said])')) {
      alert.textContent = alert.dataset.said = UPLOADS.find(([theirs]) => theirs.test(alert.textContent))[1];
    }
    const camera = document.querySelector('[data-testid="stCameraInputWebcamComponent"] p:has(a)');
    if (camera) camera.textContent = words.camera;
  }

  function look() {
    replaceDialog();
    replaceTexts();
    if (title === LOST && document.querySelector('[data-test-connection-state="CONNECTED"]')) said.hidden = true;
  }

  Object.assign(said, { className: "ink-said", role: "alert", hidden: true });
  document.body.append(said);
  for (const touched of ["pointerdown", "keydown"]) {
    addEventListener(touched, ({ isTrusted }) => (said.hidden ||= isTrusted && title !== LOST), true);
  }
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
})();
