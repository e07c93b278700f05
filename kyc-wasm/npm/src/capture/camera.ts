/** The device's camera: how it is asked for, and in plain codes why it may be missing. */

export type CameraFault =
  /** Whoever sits here said no, or did so once for all. */
  | "denied"
  | "none"
  | "busy"
  /** The page came over plain http. */
  | "insecure_context"
  /** The page around this one does not pass the camera on: its `<iframe>` lacks `allow="camera"`. */
  | "iframe_without_permission"
  /** The picture stopped after it had begun, or before it could. */
  | "aborted"
  /** The browser lends no page its camera. */
  | "unsupported"
  | "unknown";

export type Facing = "user" | "environment";

export class CameraError extends Error {
  override readonly name = "CameraError";
  readonly fault: CameraFault;

  constructor(fault: CameraFault, cause?: unknown) {
    super(fault, { cause });
    this.fault = fault;
  }
}

/** Where the page stands. */
export interface Surroundings {
  readonly isSecure: boolean;
  readonly isFramed: boolean;
  /** Whether the page may ask for the camera at all; `null` where the browser does not tell. */
  readonly isPassedOn: boolean | null;
}

/** Why the camera did not open, by the name of the browser's error. */
export function faultOf(error: string, { isSecure, isFramed, isPassedOn }: Surroundings): CameraFault {
  if (!isSecure) return "insecure_context";
  switch (error) {
    case "NotAllowedError":
    case "SecurityError":
      return isFramed && isPassedOn === false ? "iframe_without_permission" : "denied";
    case "NotFoundError":
    case "OverconstrainedError":
    case "DevicesNotFoundError":
      return "none";
    case "NotReadableError":
    case "TrackStartError":
      return "busy";
    case "AbortError":
      return "aborted";
    case "NotSupportedError":
    case "TypeError":
      return "unsupported";
    default:
      return "unknown";
  }
}

export class Camera {
  readonly stream: MediaStream;
  readonly facing: Facing;

  private constructor(stream: MediaStream, facing: Facing) {
    this.stream = stream;
    this.facing = facing;
  }

  static async open(facing: Facing): Promise<Camera> {
    const here = surroundings();
    if (!here.isSecure) throw new CameraError("insecure_context");
    if (here.isFramed && here.isPassedOn === false) throw new CameraError("iframe_without_permission");
    if (navigator.mediaDevices?.getUserMedia === undefined) throw new CameraError("unsupported");
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: facing }, width: { ideal: 1920 }, height: { ideal: 1080 } },
      });
      return new Camera(stream, facing);
    } catch (error) {
      throw new CameraError(faultOf(error instanceof Error ? error.name : "", here), error);
    }
  }

  /** Whether there is another one to switch to. */
  static async isOneOfMany(): Promise<boolean> {
    const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    return devices.filter(({ kind }) => kind === "videoinput").length > 1;
  }

  get hasTorch(): boolean {
    const able = this.#track?.getCapabilities?.() as { torch?: boolean } | undefined;
    return able?.torch === true;
  }

  async light(on: boolean): Promise<void> {
    await this.#track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
  }

  /** Calls back once when the picture stops for another reason than `close`. */
  onInterrupted(tell: () => void): void {
    this.#track?.addEventListener("ended", tell, { once: true });
  }

  close(): void {
    for (const track of this.stream.getTracks()) track.stop();
  }

  get #track(): MediaStreamTrack | undefined {
    return this.stream.getVideoTracks()[0];
  }
}

function surroundings(): Surroundings {
  const policy = (document as { featurePolicy?: { allowsFeature(name: string): boolean } }).featurePolicy;
  return {
    isSecure: globalThis.isSecureContext,
    isFramed: window.top !== window,
    isPassedOn: policy?.allowsFeature("camera") ?? null,
  };
}
