//! The two pages as a browser gets them, and what it may do with them.

use std::fs;
use std::time::SystemTime;

use base64ct::{Base64, Encoding as _};
use reqwest::redirect::Policy;
use reqwest::{Method, Response, StatusCode};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::harness::{World, config, problem};

fn built() -> TempDir {
    let pages = tempfile::tempdir().unwrap();
    for page in ["apply", "backoffice"] {
        fs::create_dir_all(pages.path().join(page).join("assets")).unwrap();
        fs::write(
            pages.path().join(page).join("index.html"),
            format!("<!doctype html><title>{page}</title>"),
        )
        .unwrap();
    }
    fs::write(
        pages.path().join("apply/assets/kyc-1a2b.wasm"),
        b"\0asm\x01\0\0\0",
    )
    .unwrap();
    fs::write(pages.path().join("apply/assets/app-1a2b.js"), "export {};").unwrap();
    fs::write(pages.path().join("secret.txt"), "not a page").unwrap();
    pages
}

#[tokio::test]
async fn a_page_may_run_its_own_scripts_and_wasm_and_nothing_else() {
    let pages = built();
    let world = World::with(config(), Some(pages.path().to_owned())).await;
    let page = world.get("/apply/").send().await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html");
    assert_eq!(page.headers()["cache-control"], "no-cache");
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    for rule in [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval';",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    ] {
        assert!(policy.contains(rule), "{rule} in {policy}");
    }
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    assert!(
        page.headers()["permissions-policy"]
            .to_str()
            .unwrap()
            .starts_with("camera=(self)")
    );
    assert_eq!(page.headers()["cross-origin-opener-policy"], "same-origin");
    assert_eq!(
        page.headers()["cross-origin-resource-policy"],
        "same-origin"
    );
    assert_eq!(page.headers()["referrer-policy"], "no-referrer");
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
    assert!(page.text().await.unwrap().contains("<title>apply</title>"));

    let backoffice = world.get("/backoffice/").send().await.unwrap();
    assert!(
        backoffice.headers()["permissions-policy"]
            .to_str()
            .unwrap()
            .starts_with("camera=()")
    );
    assert!(
        backoffice
            .text()
            .await
            .unwrap()
            .contains("<title>backoffice</title>")
    );
}

fn named(script: &str) -> String {
    let digest = Base64::encode_string(&Sha256::digest(script));
    format!("script-src 'self' 'wasm-unsafe-eval' 'sha256-{digest}';")
}

fn policy_of(answer: &Response) -> &str {
    answer.headers()["content-security-policy"]
        .to_str()
        .unwrap()
}

#[tokio::test]
async fn a_script_that_stands_in_a_page_runs_by_its_digest_and_no_other() {
    let pages = built();
    let index = pages.path().join("apply/index.html");
    let plain = "script-src 'self' 'wasm-unsafe-eval';";
    fs::write(
        &index,
        "<!doctype html><script>ask('é')</script><script src=\"/apply/assets/app-1a2b.js\"></script>",
    )
    .unwrap();
    let world = World::with(config(), Some(pages.path().to_owned())).await;
    for path in ["/apply/", "/apply/index.html", "/apply/?lang=de"] {
        let page = world.get(path).send().await.unwrap();
        assert!(policy_of(&page).contains(&named("ask('é')")), "{path}");
        assert!(!policy_of(&page).contains("unsafe-inline"));
    }
    for path in [
        "/backoffice/",
        "/apply/assets/app-1a2b.js",
        "/apply/nothing.html",
    ] {
        let other = world.get(path).send().await.unwrap();
        assert!(policy_of(&other).contains(plain), "{path}");
    }

    // Neither what has attributes nor what nobody closes.
    fs::write(
        &index,
        "<script type=\"module\">one()</script><script async>two()</script><script>three()",
    )
    .unwrap();
    let page = world.get("/apply/").send().await.unwrap();
    assert!(policy_of(&page).contains(plain));
}

#[tokio::test]
async fn a_page_and_its_policy_agree_whatever_a_cache_has() {
    let pages = built();
    let index = pages.path().join("apply/index.html");
    let put = |script: &str| {
        fs::write(&index, format!("<script>{script}</script>")).unwrap();
        // As packed files often have it, and whoever rolls back: nothing can be told from when it was written.
        let file = fs::File::options().write(true).open(&index).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    };
    put("one()");
    let world = World::with(config(), Some(pages.path().to_owned())).await;
    let first = world.get("/apply/").send().await.unwrap();
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert!(!first.headers().contains_key("last-modified"));
    let again = |tag: String| {
        let asked = world.get("/apply/").header("if-none-match", tag);
        asked.header("if-modified-since", "Sat, 21 Nov 2026 10:00:00 GMT")
    };

    for told in [tag.clone(), format!("\"other\", W/{tag}")] {
        let same = again(told).send().await.unwrap();
        assert_eq!(same.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(same.headers()["cache-control"], "no-cache");
        assert_eq!(same.headers()["etag"], *tag);
        assert!(policy_of(&same).contains(&named("one()")));
        assert_eq!(same.text().await.unwrap(), "");
    }

    put("two()");
    let other = again(tag.clone()).send().await.unwrap();
    assert_eq!(other.status(), StatusCode::OK);
    assert_ne!(other.headers()["etag"], *tag);
    assert!(policy_of(&other).contains(&named("two()")));
    assert_eq!(other.text().await.unwrap(), "<script>two()</script>");

    // Whole or not at all: a part would have a policy of its own.
    let part = world.get("/apply/").header("range", "bytes=0-3");
    let part = part.send().await.unwrap();
    assert_eq!(part.status(), StatusCode::OK);
    assert_eq!(part.text().await.unwrap(), "<script>two()</script>");
    let head = world.ask(Method::HEAD, "/apply/").send().await.unwrap();
    assert!(policy_of(&head).contains(&named("two()")));
    assert_eq!(head.text().await.unwrap(), "");
}

#[tokio::test]
async fn what_has_a_digest_in_its_name_is_kept_by_browsers_and_has_its_type() {
    let pages = built();
    let world = World::with(config(), Some(pages.path().to_owned())).await;
    for (file, kind) in [
        ("kyc-1a2b.wasm", "application/wasm"),
        ("app-1a2b.js", "text/javascript"),
    ] {
        let asset = world
            .get(&format!("/apply/assets/{file}"))
            .send()
            .await
            .unwrap();
        assert_eq!(asset.headers()["content-type"], kind);
        assert_eq!(
            asset.headers()["cache-control"],
            "public, max-age=31536000, immutable"
        );
    }
}

#[tokio::test]
async fn what_never_changes_comes_compressed_to_whoever_takes_it_so() {
    let pages = built();
    let assets = pages.path().join("apply/assets");
    fs::write(assets.join("app-1a2b.js.br"), "smallest").unwrap();
    fs::write(assets.join("app-1a2b.js.gz"), "smaller").unwrap();
    // Somebody edits this one, and forgets the copy.
    fs::write(pages.path().join("apply/company.json"), "{}").unwrap();
    fs::write(pages.path().join("apply/company.json.br"), "yesterday").unwrap();
    let world = World::with(config(), Some(pages.path().to_owned())).await;
    for (path, accepted, encoding, text) in [
        ("assets/app-1a2b.js", "gzip, br", Some("br"), "smallest"),
        ("assets/app-1a2b.js", "gzip", Some("gzip"), "smaller"),
        ("assets/app-1a2b.js", "identity", None, "export {};"),
        ("company.json", "gzip, br", None, "{}"),
    ] {
        let answer = world
            .get(&format!("/apply/{path}"))
            .header("accept-encoding", accepted)
            .send()
            .await
            .unwrap();
        let headers = answer.headers();
        let told = headers.get("content-encoding");
        assert_eq!(
            told.map(|told| told.to_str().unwrap()),
            encoding,
            "{path} for {accepted}"
        );
        if path.ends_with(".js") {
            assert_eq!(headers["content-type"], "text/javascript");
            assert_eq!(headers["vary"], "accept-encoding");
        }
        assert_eq!(answer.text().await.unwrap(), text, "{path} for {accepted}");
    }
}

#[tokio::test]
async fn only_what_is_a_page_is_served() {
    let pages = built();
    let world = World::with(config(), Some(pages.path().to_owned())).await;
    for path in [
        "/secret.txt",
        "/apply/../secret.txt",
        "/apply/%2e%2e/secret.txt",
        "/apply/..%2fsecret.txt",
        "/apply/nothing.js",
    ] {
        let answer = world.get(path).send().await.unwrap();
        assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
        problem(answer, 404, "not_found").await;
    }
    problem(
        world.post("/apply/").send().await.unwrap(),
        405,
        "method_not_allowed",
    )
    .await;
}

#[tokio::test]
async fn the_first_address_anybody_types_leads_to_the_page() {
    let world = World::start().await;
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .build()
        .unwrap();
    for (from, to) in [
        ("/", "/apply/"),
        ("/apply", "/apply/"),
        ("/backoffice", "/backoffice/"),
    ] {
        let answer = client
            .get(format!("http://{}{from}", world.address))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(answer.headers()["location"], to);
    }
    problem(world.get("/apply/").send().await.unwrap(), 404, "not_found").await;
}

#[tokio::test]
async fn a_shop_may_frame_the_page_if_it_is_named() {
    let pages = built();
    let mut config = config();
    config.frame_ancestors = kyc_server::config::Origin::parse("https://shop.example")
        .into_iter()
        .collect();
    let world = World::with(config, Some(pages.path().to_owned())).await;
    let policy = |path: &'static str| {
        let asked = world.get(path);
        async {
            asked.send().await.unwrap().headers()["content-security-policy"]
                .to_str()
                .unwrap()
                .to_owned()
        }
    };
    assert!(
        policy("/apply/")
            .await
            .ends_with("frame-ancestors https://shop.example")
    );
    assert!(
        policy("/backoffice/")
            .await
            .ends_with("frame-ancestors 'none'")
    );
}

#[tokio::test]
async fn an_answer_of_the_interface_is_kept_by_nobody_and_runs_nothing() {
    let world = World::start().await;
    let answer = world
        .ask(Method::GET, "/backoffice/v1/me")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(
        answer.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'")
    );
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
}
