import { HttpTransport } from "@kyc/sdk";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { credential } from "../src/credential";
import { forget, forgetEnded } from "../src/remembered";

const asks = Promise.resolve({ HttpTransport });

/** A browser's address bar, storages and network, as far as a credential touches them. */
class Browser {
  readonly exchanged: string[] = [];
  readonly location = { hash: "", pathname: "/apply/", search: "" };
  readonly codes = new Map<string, { session: string; token: string; expires_at: number }>();

  constructor() {
    vi.stubGlobal("location", this.location);
    vi.stubGlobal("localStorage", storage());
    vi.stubGlobal("history", { replaceState: () => (this.location.hash = "") });
    vi.stubGlobal("fetch", (_: string, init: { body: string }) => {
      const { code } = JSON.parse(init.body) as { code: string };
      this.exchanged.push(code);
      const own = this.codes.get(code);
      this.codes.delete(code);
      return Promise.resolve(own === undefined ? Response.json({ code: "code_invalid" }, { status: 401 }) : Response.json(own));
    });
    this.newTab();
  }

  newTab(): void {
    vi.stubGlobal("sessionStorage", storage());
    this.location.hash = "";
  }

  opens(link: string): ReturnType<typeof credential> {
    this.location.hash = link;
    return credential(asks);
  }
}

function storage(): Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

let browser: Browser;
const own = (session: string, lasts = 60_000): { session: string; token: string; expires_at: number } => ({
  session,
  token: `token of ${session}`,
  expires_at: Date.now() + lasts,
});

beforeEach(() => {
  browser = new Browser();
  browser.codes.set("one", own("s-1"));
  browser.codes.set("two", own("s-2"));
});

describe("a link", () => {
  test("is exchanged once, and its code leaves the address bar", async () => {
    expect(await browser.opens("#code=one")).toMatchObject({ session: "s-1", token: "token of s-1" });
    expect(browser.location.hash).toBe("");

    expect(await credential(asks)).toMatchObject({ session: "s-1" });
    expect(browser.exchanged).toEqual(["one"]);
  });

  test("that was opened here before opens the same session again", async () => {
    await browser.opens("#code=one");
    browser.newTab();

    expect(await browser.opens("#code=one")).toMatchObject({ session: "s-1" });
    expect(browser.exchanged).toEqual(["one"]);
  });

  test("to another session replaces the one before in this tab", async () => {
    await browser.opens("#code=one");

    expect(await browser.opens("#code=two")).toMatchObject({ session: "s-2" });
    expect(await credential(asks)).toMatchObject({ session: "s-2" });
  });

  test("that somebody else has used is refused, and the session that is remembered stays", async () => {
    await browser.opens("#code=one");

    await expect(browser.opens("#code=spent")).rejects.toMatchObject({ code: "link_invalid" });
    browser.location.hash = "";
    expect(await credential(asks)).toMatchObject({ session: "s-1" });
  });
});

describe("without a link", () => {
  test("nobody is anybody", async () => {
    expect(await credential(asks)).toBeNull();
  });

  test("a tab that was closed can come back", async () => {
    await browser.opens("#code=one");
    browser.newTab();

    expect(await credential(asks)).toMatchObject({ session: "s-1" });
  });

  test("two tabs have two sessions", async () => {
    await browser.opens("#code=one");
    const firstTab = sessionStorage;
    browser.newTab();
    await browser.opens("#code=two");

    vi.stubGlobal("sessionStorage", firstTab);
    expect(await credential(asks)).toMatchObject({ session: "s-1" });
  });

  test("a credential that has run out is none", async () => {
    browser.codes.set("old", own("s-3", -1));
    await browser.opens("#code=old");

    expect(await credential(asks)).toBeNull();
  });

  test("a forgotten one is forgotten in every tab", async () => {
    await browser.opens("#code=one");
    forget();

    expect(await credential(asks)).toBeNull();
  });
});

describe("once the outcome was told", () => {
  test("the browser remembers nothing that opens the session, and the tab shows it until it is closed", async () => {
    await browser.opens("#code=one");
    forgetEnded("s-1");

    expect(await credential(asks)).toMatchObject({ session: "s-1" });
    browser.newTab();
    expect(await credential(asks)).toBeNull();
  });

  test("another session that the browser remembers is left alone", async () => {
    await browser.opens("#code=one");
    const ended = sessionStorage;
    browser.newTab();
    await browser.opens("#code=two");
    const other = sessionStorage;

    vi.stubGlobal("sessionStorage", ended);
    forgetEnded("s-1");
    vi.stubGlobal("sessionStorage", other);
    browser.newTab();
    expect(await credential(asks)).toMatchObject({ session: "s-2" });
  });
});
