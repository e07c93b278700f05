/** The element's tree: built once, then drawn from a few facts. No markup is parsed, so it stands under Trusted Types and a strict CSP. */
import type { CameraFault } from "./camera.js";
import type { FaceHelp } from "./faces/finder.js";
import type { Hint } from "./hint.js";
import { style } from "./style.js";
import type { CaptureTexts } from "./texts.js";
import type { Kind, Shape, View } from "./view.js";

export type CaptureState = "idle" | "starting" | "live" | "preparing";

/** What the look is drawn from. */
export interface Scene {
  readonly state: CaptureState;
  readonly fault: CameraFault | null;
  readonly kind: Kind;
  readonly shape: Shape;
  readonly view: View;
  readonly texts: CaptureTexts;
  readonly accept: string;
  /** Whether a file is a way, beside the camera. */
  readonly takesFiles: boolean;
  readonly mirrored: boolean;
  readonly auto: boolean;
  readonly offered: boolean;
  readonly hint: Hint | null;
  /** From 0 to 1: how near the automatic shutter is. */
  readonly progress: number;
  readonly canSwitch: boolean;
  readonly torch: "none" | "on" | "off";
  /** How far the help with faces is, and the share of it that has come. */
  readonly help: FaceHelp;
  readonly loaded: number;
}

export class Look {
  readonly video = element("video", { part: "video", "data-testid": "camera", playsinline: "" });
  readonly open = element("button", { type: "button", "data-testid": "open-camera" });
  readonly take = element("button", { type: "button", "data-testid": "take-photo" });
  readonly close = element("button", { type: "button", class: "tool", part: "tool", "data-testid": "close-camera" });
  readonly flip = element("button", { type: "button", class: "tool", part: "tool", "data-testid": "switch-camera" });
  readonly torch = element("button", { type: "button", class: "tool", part: "tool", "data-testid": "torch" });
  readonly file = element("input", { type: "file", class: "unseen", "data-testid": "file-input" });
  readonly #label = element("label", { "data-testid": "choose-file" });
  readonly #labelText = element("span");
  readonly #stage = element("div", { class: "stage", part: "stage" });
  readonly #picture = element("div", { part: "illustration" });
  readonly #viewfinder = element("div", { part: "viewfinder" });
  readonly #overlay = drawing("svg", { class: "overlay", "aria-hidden": "true", preserveAspectRatio: "none" });
  readonly #hint = element("div", { class: "hint", "aria-hidden": "true", "data-testid": "hint" });
  readonly #hintText = element("span", { part: "hint" });
  readonly #spoken = element("div", { class: "unseen", role: "status", "aria-live": "polite", "data-testid": "spoken-hint" });
  readonly #note = element("p", { class: "note", part: "note", role: "status" });
  readonly #loading = element("progress", { class: "loading", part: "progress", max: "1", "data-testid": "loading-help" });
  readonly #alert = element("div", { class: "alert", role: "alert" });
  readonly #drop = element("span", { class: "drop" });
  #framed: View | null = null;

  constructor(root: ShadowRoot) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
    this.video.muted = true;
    this.#picture.append(element("slot"));
    this.flip.append(icon("M4 9a8 8 0 0 1 14-3l2 2M20 4v4h-4M20 15a8 8 0 0 1-14 3l-2-2M4 20v-4h4"));
    this.torch.append(icon("M8 3h8v4l-2 4v9a1 1 0 0 1-1 1h-2a1 1 0 0 1-1-1v-9L8 7zM8 7h8M12 13v2"));
    this.close.append(icon("M6 6l12 12M18 6L6 18"));
    this.#hint.append(this.#hintText);
    const tools = element("div", { class: "tools" });
    tools.append(this.torch, this.flip, this.close);
    const picture = element("div", { class: "picture" });
    picture.append(this.video, this.#overlay, tools);
    this.#viewfinder.append(picture, this.#hint);
    this.#label.append(this.file, this.#labelText);
    const actions = element("div", { class: "actions", part: "actions" });
    actions.append(this.open, this.take, this.#label, this.#drop);
    this.#stage.append(this.#picture, this.#viewfinder, this.#note, this.#loading, actions, this.#alert, this.#spoken);
    root.append(this.#stage);
  }

  draw(scene: Scene): void {
    const { texts, state, fault } = scene;
    const isLive = state === "live";
    // After a refusal the way by file comes first: it is the one that works.
    const fileFirst = fault !== null && scene.takesFiles;
    this.#frame(scene);
    this.#viewfinder.hidden = !isLive;
    this.#viewfinder.className = `viewfinder ${scene.kind} ${scene.mirrored ? "mirrored" : ""}`;
    this.#picture.hidden = isLive;
    say(this.#note, noteOf(scene));
    this.#note.hidden = this.#note.textContent === "";
    this.#loading.hidden = !isLive || scene.help !== "loading";
    this.#loading.value = scene.loaded;
    this.#loading.setAttribute("aria-label", texts.loadingHelp);
    this.#hint.dataset["faces"] = scene.help;
    this.#button(this.open, texts.openCamera, fileFirst ? "" : "primary", !isLive);
    this.open.disabled = state !== "idle";
    this.#button(this.take, texts.takePhoto, scene.offered ? "primary" : "", isLive);
    this.take.dataset["offered"] = String(scene.offered);
    this.close.setAttribute("aria-label", texts.closeCamera);
    this.close.title = texts.closeCamera;
    this.#label.className = `button file ${fileFirst ? "primary" : isLive ? "plain" : ""}`;
    this.#label.setAttribute("part", fileFirst ? "button primary" : "button");
    this.file.accept = scene.accept;
    this.#label.hidden = !scene.takesFiles;
    this.file.disabled = state === "preparing" || !scene.takesFiles;
    this.file.setAttribute("aria-label", texts.chooseFile);
    if (scene.kind === "face") this.file.setAttribute("capture", "user");
    else this.file.removeAttribute("capture");
    say(this.#labelText, texts.chooseFile);
    say(this.#drop, texts.dropHint);
    this.#drop.hidden = isLive || !scene.takesFiles;
    this.video.setAttribute("aria-label", texts.live);
    this.#fault(fault, texts);
    this.#told(scene);
    this.flip.hidden = !scene.canSwitch;
    this.flip.setAttribute("aria-label", texts.switchCamera);
    this.torch.hidden = scene.torch === "none";
    this.torch.setAttribute("aria-label", texts.torch);
    this.torch.setAttribute("aria-pressed", String(scene.torch === "on"));
  }

  /** Reads a hint out. */
  speak(text: string): void {
    say(this.#spoken, text);
  }

  #button(button: HTMLButtonElement, text: string, rank: "primary" | "", isShown: boolean): void {
    button.className = `button ${rank}`;
    button.setAttribute("part", rank === "" ? "button" : "button primary");
    button.hidden = !isShown;
    say(button, text);
  }

  #fault(fault: CameraFault | null, texts: CaptureTexts): void {
    if (fault === null) return this.#alert.replaceChildren();
    const told = (this.#alert.firstElementChild as HTMLElement | null) ?? element("p", { class: "fault", part: "fault", "data-testid": "camera-error" });
    told.dataset["code"] = fault;
    say(told, texts.faults[fault]);
    if (told.parentNode === null) this.#alert.append(told);
  }

  #told({ hint, kind, texts, progress }: Scene): void {
    this.#hint.classList.toggle("good", hint === "good");
    this.#hint.dataset["hint"] = hint ?? "";
    say(this.#hintText, hint === null ? "" : texts.hints[kind][hint]);
    const ring = this.#overlay.querySelector<SVGElement>(".ring");
    ring?.setAttribute("stroke-dashoffset", String(1 - progress));
    ring?.setAttribute("opacity", progress === 0 ? "0" : "1");
  }

  /** The shade with its hole, the hole's edge, and the ring that fills as the shutter comes near. */
  #frame({ kind, view }: Scene): void {
    if (this.#framed === view) return;
    this.#framed = view;
    const [width, height] = [400, 400 / view.aspect];
    const { frame } = view;
    const at = { x: frame.x * width, y: frame.y * height, width: frame.width * width, height: frame.height * height };
    const hole = kind === "face" ? oval(at) : rounded(at, 14);
    this.#overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#overlay.replaceChildren(
      drawing("path", { class: "shade", "fill-rule": "evenodd", d: `M0 0h${width}v${height}h${-width}z${hole}` }),
      drawing("path", { class: "edge", d: hole }),
      drawing("path", { class: "ring", d: hole, pathLength: "1", "stroke-dasharray": "1", "stroke-dashoffset": "1", opacity: "0" }),
    );
  }
}

/** What is said beside the viewfinder. */
function noteOf({ state, texts, offered, help }: Scene): string {
  if (state === "starting") return texts.starting;
  if (state === "preparing") return texts.preparing;
  if (state !== "live") return "";
  if (offered) return texts.manual;
  return help === "loading" ? texts.loadingHelp : texts.auto;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Both begin at the middle of the upper side, so that the ring fills from there. */
function rounded({ x, y, width, height }: Box, r: number): string {
  const [w, h] = [width - 2 * r, height - 2 * r];
  return `M${x + width / 2} ${y}h${w / 2}a${r} ${r} 0 0 1 ${r} ${r}v${h}a${r} ${r} 0 0 1 ${-r} ${r}h${-w}a${r} ${r} 0 0 1 ${-r} ${-r}v${-h}a${r} ${r} 0 0 1 ${r} ${-r}z`;
}

function oval({ x, y, width, height }: Box): string {
  const [rx, ry] = [width / 2, height / 2];
  return `M${x + rx} ${y}a${rx} ${ry} 0 0 1 0 ${height}a${rx} ${ry} 0 0 1 0 ${-height}z`;
}

function element<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, attributes: Record<string, string> = {}): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function drawing(tag: string, attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function icon(path: string): SVGElement {
  const made = drawing("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  made.append(drawing("path", { d: path }));
  return made;
}

/** Only what is new: a live region that is set to the same text would be read out again. */
function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
