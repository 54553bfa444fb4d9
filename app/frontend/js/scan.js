// The camera page. The form with a text field and a file works without this; this adds the camera.
// [data-scan]            the camera box, hidden until the camera runs; data-go="/scan?text=" is where a
//                        hit goes; with data-fill="field-id" the hit is put in that field instead and,
//                        with data-send, its form is sent. data-reading, data-found: texts.
// [data-scan-refused]    the sentence shown when there is no camera
// [data-scan-start]      a button that starts the camera (else it starts by itself)
// input[data-scan-photo] a photo is read here first; unread, its form goes to the server's decoder
import { detector } from "./decoder.js";
import { remember, showRecent } from "./recent.js";

const PAUSE_MS = 120;
const SHOW_HIT_MS = 350;
const TWICE = ["itf", "code_128", "codabar", "code_39"]; // no or weak check digit: read it twice

const box = document.querySelector("[data-scan]");
let stream = null;

const find = (name) => box.querySelector(`[data-scan-${name}]`);
const nameOf = (format) => format.toUpperCase().replace(/_/g, "-");

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
}

function arrive(text, format) {
  remember(text, nameOf(format));
  const { fill, send, go } = box.dataset;
  const field = fill && document.getElementById(fill);
  setTimeout(() => {
    if (!field) {
      location.assign(go + encodeURIComponent(text));
      return;
    }
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (send !== undefined) field.form.requestSubmit();
    else {
      box.hidden = true;
      field.focus();
    }
  }, SHOW_HIT_MS);
}

function hit(text, format) {
  find("video").pause(); // the frame in which it was read stays in sight
  setTimeout(stop, SHOW_HIT_MS);
  // browsers refuse to vibrate, aloud, before the first tap
  if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(60);
  box.classList.add("is-hit");
  find("status").hidden = false;
  find("found").textContent = (box.dataset.found || "{format}").replace("{format}", nameOf(format));
  find("text").textContent = text;
  arrive(text, format);
}

async function read(video, reader) {
  let last = "";
  while (stream) {
    if (video.readyState >= 2) {
      const [symbol] = await reader.detect(video).catch(() => []);
      if (symbol?.rawValue) {
        if (!TWICE.includes(symbol.format) || symbol.rawValue === last) {
          hit(symbol.rawValue, symbol.format);
          return;
        }
        last = symbol.rawValue;
      }
    }
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
}

function offerTorch() {
  const [track] = stream.getVideoTracks();
  const button = find("torch");
  if (!button || !track.getCapabilities?.().torch) return;
  let on = false;
  button.hidden = false;
  button.addEventListener("click", () => {
    on = !on;
    track.applyConstraints({ advanced: [{ torch: on }] });
    button.setAttribute("aria-pressed", String(on));
  });
}

function refuse() {
  stop();
  box.hidden = true;
  const line = document.querySelector("[data-scan-refused]");
  if (line) line.hidden = false;
}

async function start() {
  if (!navigator.mediaDevices?.getUserMedia) {
    refuse();
    return;
  }
  try {
    const video = find("video");
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    video.srcObject = stream;
    box.hidden = false;
    await video.play();
    offerTorch();
    await read(video, await detector());
  } catch {
    refuse();
  }
}

function watchPhoto(field) {
  field.addEventListener("change", async () => {
    const [file] = field.files;
    if (!file) return;
    try {
      const [symbol] = await (await detector()).detect(await createImageBitmap(file));
      if (symbol) {
        hit(symbol.rawValue, symbol.format);
        return;
      }
    } catch {
      // unreadable here: the server has a better decoder
    }
    field.form.requestSubmit();
  });
}

if (box) {
  document.querySelectorAll("input[data-scan-photo]").forEach(watchPhoto);
  const button = document.querySelector("[data-scan-start]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", start);
  } else {
    start();
  }
  addEventListener("pagehide", stop);
}
showRecent();
