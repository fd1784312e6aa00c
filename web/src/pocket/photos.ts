/** Pictures: made smaller, with a band of time, place and person below the scene, kept before any field is filled. */
import { storage } from "./core/storage";

export interface Band {
  time: string;
  place: string;
  person: string;
}

const QUALITY = { long: 1600, jpeg: 0.72 };
const SCARCE = { long: 1024, jpeg: 0.6 };

/** Draw a picture smaller with its band below and return it as JPEG; a copy carries no EXIF. */
export async function compressed(source: Blob | HTMLVideoElement, band: Band): Promise<Blob> {
  const { state } = await storage();
  const wanted = state === "scarce" || state === "full" ? SCARCE : QUALITY;
  const picture = source instanceof Blob ? await createImageBitmap(source, { imageOrientation: "from-image" }) : source;
  const [width, height] = source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [(picture as ImageBitmap).width, (picture as ImageBitmap).height];
  const factor = Math.min(1, wanted.long / Math.max(width, height, 1));
  const [w, tall] = [Math.max(1, Math.round(width * factor)), Math.max(1, Math.round(height * factor))];
  const strip = Math.max(28, Math.round(w / 24));
  const canvas = document.createElement("canvas");
  canvas.width = w;
  canvas.height = tall + strip;
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("no canvas");
  pen.drawImage(picture, 0, 0, w, tall);
  pen.fillStyle = "#0e161f";
  pen.fillRect(0, tall, w, strip);
  pen.fillStyle = "#fff";
  pen.font = `${Math.round(strip * 0.52)}px sans-serif`;
  pen.textBaseline = "middle";
  pen.fillText(`${band.time} · ${band.place} · ${band.person}`, Math.round(strip / 3), tall + strip / 2, w - Math.round((strip * 2) / 3));
  if (picture instanceof ImageBitmap) picture.close();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", wanted.jpeg));
  if (!blob) throw new Error("no picture");
  return blob;
}

/** Ask the phone's own camera for a picture; null when the person turned back. */
export function askCamera(): Promise<File | null> {
  return new Promise((resolve) => {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = "image/*";
    input.setAttribute("capture", "environment");
    input.hidden = true;
    input.id = "pk-camera";
    document.getElementById("pk-camera")?.remove();
    document.body.append(input);
    input.addEventListener("change", () => {
      resolve(input.files?.[0] ?? null);
      input.remove();
    });
    input.addEventListener("cancel", () => resolve(null));
    input.click();
  });
}

export async function openCamera(video: HTMLVideoElement): Promise<MediaStream | null> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 } }, audio: false });
    video.srcObject = stream;
    await video.play();
    return stream;
  } catch {
    return null;
  }
}

export const closeCamera = (stream: MediaStream | null | undefined): void => stream?.getTracks().forEach((track) => track.stop());

export interface Recording {
  stop: () => Promise<Blob | null>;
}
export const VOICE_MS = 20_000;
/** Record sound until stopped, at most twenty seconds; null without a microphone. */
export async function record(onEnd: () => void): Promise<Recording | null> {
  if (typeof MediaRecorder === "undefined") return null;
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    return null;
  }
  const type = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"].find((one) => MediaRecorder.isTypeSupported(one));
  const recorder = new MediaRecorder(stream, { audioBitsPerSecond: 24_000, ...(type ? { mimeType: type } : {}) });
  const pieces: Blob[] = [];
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.start();
  const timer = setTimeout(onEnd, VOICE_MS);
  return {
    stop: () =>
      new Promise((resolve) => {
        clearTimeout(timer);
        recorder.onstop = () => {
          stream.getTracks().forEach((track) => track.stop());
          const blob = new Blob(pieces, { type: recorder.mimeType });
          resolve(blob.size > 0 ? blob : null);
        };
        if (recorder.state === "inactive") resolve(null);
        else recorder.stop();
      }),
  };
}
