/** Whether a phone would photograph better than this device: one with a mouse that is a desk's, or has no camera. */

const isDesk = matchMedia("(pointer: fine) and (hover: hover)");
const isWide = matchMedia("(min-width: 48rem)");

/** Calls back now and whenever that changes, until aborted. */
export function watchForDesk(tell: (wantsPhone: boolean) => void, signal: AbortSignal): void {
  let hasCamera = true;
  const look = (): void => tell(isDesk.matches && (isWide.matches || !hasCamera));
  const count = async (): Promise<void> => {
    hasCamera = await sees();
    if (!signal.aborted) look();
  };
  isDesk.addEventListener("change", look, { signal });
  isWide.addEventListener("change", look, { signal });
  navigator.mediaDevices?.addEventListener("devicechange", () => void count(), { signal });
  look();
  void count();
}

/** Told without a permission: how many cameras there are, and nothing about them. */
async function sees(): Promise<boolean> {
  try {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.some(({ kind }) => kind === "videoinput");
  } catch {
    return false;
  }
}
