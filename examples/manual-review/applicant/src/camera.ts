/** The device's camera: how it is asked for, and in plain codes why it may be missing. */

export type CameraFault = "denied" | "none" | "busy" | "insecure" | "unsupported" | "interrupted" | "unknown";

export type Facing = "user" | "environment";

export class CameraError extends Error {
  readonly fault: CameraFault;

  constructor(fault: CameraFault) {
    super(fault);
    this.fault = fault;
  }
}

export class Camera {
  readonly stream: MediaStream;

  private constructor(stream: MediaStream) {
    this.stream = stream;
  }

  static async open(facing: Facing): Promise<Camera> {
    if (!window.isSecureContext) throw new CameraError("insecure");
    if (navigator.mediaDevices?.getUserMedia === undefined) throw new CameraError("unsupported");
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: facing }, width: { ideal: 1920 }, height: { ideal: 1080 } },
      });
      return new Camera(stream);
    } catch (error) {
      throw new CameraError(faultOf(error));
    }
  }

  /** Calls back once when the picture stops for another reason than `close`. */
  onInterrupted(tell: () => void): void {
    for (const track of this.stream.getVideoTracks()) track.addEventListener("ended", tell, { once: true });
  }

  /** What the camera sees now, whole and unmirrored. */
  async photo(video: HTMLVideoElement): Promise<Blob> {
    // Whoever is quicker than the camera gets its first picture.
    if (video.readyState < video.HAVE_CURRENT_DATA) {
      await new Promise((seen) => video.addEventListener("loadeddata", seen, { once: true }));
    }
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const context = canvas.getContext("2d");
    if (context === null || canvas.width === 0) throw new CameraError("unknown");
    context.drawImage(video, 0, 0);
    const photo = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
    if (photo === null) throw new CameraError("unknown");
    return photo;
  }

  close(): void {
    for (const track of this.stream.getTracks()) track.stop();
  }
}

function faultOf(error: unknown): CameraFault {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
      return "denied";
    case "SecurityError":
      return "insecure";
    case "NotFoundError":
    case "OverconstrainedError":
      return "none";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "unknown";
  }
}
