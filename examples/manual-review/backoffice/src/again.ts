/** A picture that did not load is asked for again a few times: a server that restarts is no reason for a hole in the page. */

const TRIES = 6;
const FIRST_WAIT = 700;

/** For `@error` of an `<img>`; calls `given` when it has been asked for often enough. */
export function again(given?: () => void): (event: Event) => void {
  return (event) => {
    const picture = event.target as HTMLImageElement;
    const { src } = picture;
    const tried = picture.dataset["triedFor"] === src ? Number(picture.dataset["tries"] ?? 0) : 0;
    if (tried >= TRIES) return given?.();
    picture.dataset["triedFor"] = src;
    picture.dataset["tries"] = String(tried + 1);
    setTimeout(() => {
      if (picture.isConnected && picture.src === src) picture.src = src;
    }, FIRST_WAIT * 2 ** tried);
  };
}
