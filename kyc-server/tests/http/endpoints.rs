//! Endpoints as an operator sets them up with the program itself: from a line that is refused to a dead letter that is put back.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::harness::{API_KEY, digest};
use crate::sink::{Answer, SECRET, Sink};

fn program(place: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_kyc-server"));
    program.env_clear().current_dir(place);
    program
}

/// A program that serves, and everything it logs.
struct Serving {
    child: Child,
    logged: JoinHandle<String>,
    url: String,
}

impl Serving {
    fn start(place: &Path) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap().to_string();
        drop(free);
        let mut child = program(place)
            .env("RUST_LOG", "trace")
            .args(["--listen", &address, "--store", "redb:store"])
            .args(["--config", "config.toml"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (tell, listening) = mpsc::channel();
        let logged = thread::spawn(move || {
            let mut logged = String::new();
            for line in lines.map_while(Result::ok) {
                if line.contains("listening") {
                    // Nobody waits for it a second time.
                    let _ = tell.send(());
                }
                logged += &line;
                logged.push('\n');
            }
            logged
        });
        listening.recv_timeout(Duration::from_secs(60)).unwrap();
        let url = format!("http://{address}");
        Self { child, logged, url }
    }

    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        let asked = Client::new().post(format!("{}{path}", self.url));
        asked.header("idempotency-key", "one").json(body)
    }

    /// Asks it to end, and answers what it has logged.
    fn stop(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        assert!(self.child.wait().unwrap().success());
        self.logged.join().unwrap()
    }
}

async fn told(request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
    answer.json().await.unwrap()
}

fn text(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (said, complained) = (text(output.stdout), text(output.stderr));
    (output.status.code().unwrap(), said, complained)
}

#[test]
fn an_endpoint_that_cannot_be_used_is_told_with_its_place_and_nothing_starts() {
    let place = tempdir().unwrap();
    for (name, secret) in [
        ("good", SECRET),
        ("bad", "whsec_hunter2"),
        ("plain", "hunter2"),
    ] {
        std::fs::write(place.path().join(name), secret).unwrap();
    }
    let good = "url = \"https://shop.example/\"\nsecret_file = \"good\"";
    for (line, place_of_fault) in [
        (good.replace("good", "bad"), "webhooks[0].secret_file: "),
        (
            good.replace("good", "none"),
            "webhooks[0].secret_file: none: ",
        ),
        (
            good.replace("secret_file", "secret"),
            "unknown field `secret`",
        ),
        (
            good.replace("good", "plain") + "\nformat = \"compatible\"",
            "webhooks[0].secret_file: 24 to 256",
        ),
        (
            good.to_owned() + "\nformat = \"xml\"",
            "unknown variant `xml`",
        ),
        (
            good.to_owned() + "\nevents = [\"session.won\"]",
            "webhooks[0].events[0]: no such",
        ),
        (good.replace("https", "http"), "webhooks[0].url: https"),
        (
            good.replace("shop.example", "10.0.0.7"),
            "webhooks[0].url: a private",
        ),
        (
            good.replace("shop.example", "169.254.169.254") + "\nprivate_addresses = true",
            "webhooks[0].url: no webhook",
        ),
        (
            good.replace("shop.example", "user:hunter2@shop.example"),
            "webhooks[0].url: an address",
        ),
        (good.replace("https", "file"), "webhooks[0].url: an address"),
    ] {
        let config = format!("[[webhooks]]\nname = \"shop\"\n{line}\n");
        std::fs::write(place.path().join("config.toml"), config).unwrap();
        let mut serve = program(place.path());
        serve.args(["--listen", "127.0.0.1:0", "--store", "redb:store"]);
        let serve = serve.args(["--config", "config.toml"]).output();
        let (code, said, complained) = text(serve.unwrap());
        assert_eq!((code, said.as_str()), (2, ""), "{line}: {complained}");
        assert!(complained.contains(place_of_fault), "{line}: {complained}");
        assert!(!complained.contains("hunter2"), "{complained}");
        assert!(!complained.contains("listening"), "{complained}");
        assert!(!place.path().join("store").exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_endpoint_refused_is_listed_with_its_name_and_put_back_and_no_log_tells_what_it_says()
 {
    let (sink, theirs) = (Sink::start().await, Sink::start().await);
    sink.answer([Answer::Status(410)]);
    let place = tempdir().unwrap();
    let endpoint = |name: &str, sink: &Sink, format: &str| {
        format!(
            "[[webhooks]]\nname = {name:?}\nurl = {:?}\nformat = {format:?}\n\
             secret_file = \"secret\"\nprivate_addresses = true\n",
            sink.url()
        )
    };
    let config = format!(
        "[[integrators]]\nname = \"shop\"\nkey_sha256 = \"{}\"\n{}{}",
        digest(API_KEY.as_bytes()),
        endpoint("shop_1", &sink, "standard"),
        endpoint("theirs", &theirs, "compatible"),
    );
    std::fs::write(place.path().join("config.toml"), config).unwrap();
    std::fs::write(place.path().join("secret"), SECRET).unwrap();

    let server = Serving::start(place.path());
    let opening = json!({ "external_ref": "Canary-Reference" });
    let opened = server.post("/integrator/v1/sessions", &opening);
    let opened = told(opened.bearer_auth(API_KEY)).await;
    let session = opened["session"].as_str().unwrap().to_owned();
    let (_, code) = opened["link"]
        .as_str()
        .unwrap()
        .split_once("#code=")
        .unwrap();
    let (code, _) = code.split_once('&').unwrap_or((code, ""));
    let exchange = server.post("/applicant/v1/exchange", &json!({ "code": code }));
    let token = told(exchange).await["token"].as_str().unwrap().to_owned();
    let start = json!({ "type": "start", "consent": { "version": "1", "locale": "en" } });
    let start = server.post(&format!("/applicant/v1/sessions/{session}/events"), &start);
    told(start.bearer_auth(&token).header("if-match", "\"0\"")).await;
    let cancel = format!("/integrator/v1/sessions/{session}/cancel");
    let cancel = server.post(&cancel, &json!({})).bearer_auth(API_KEY);
    told(cancel).await;
    // What comes behind the one that was given up is told: that one is settled.
    sink.until_told("session.cancelled").await;
    let came = theirs.until(|came| !came.is_empty()).await;
    let body = String::from_utf8(came[0].bytes.to_vec()).unwrap();
    assert!(body.contains("Canary-Reference"), "{body}");
    let mut logged = server.stop();

    let run = |words: &[&str]| {
        let mut outbox = program(place.path());
        let outbox = outbox.arg("outbox").args(words);
        text(outbox.args(["--store", "redb:store"]).output().unwrap())
    };
    let (code_of, listed, complained) = run(&["dead"]);
    assert_eq!(code_of, 0, "{complained}");
    let [_, line] = listed.lines().collect::<Vec<_>>()[..] else {
        panic!("one line: {listed}");
    };
    let fields: Vec<_> = line.split('\t').collect();
    assert_eq!(fields[1..5], [&session, "webhook:shop_1", "1", "hopeless"]);
    for secret in ["Canary", SECRET, sink.url().as_str()] {
        assert!(!listed.contains(secret), "{listed}");
    }
    let (code_of, put_back, complained) = run(&["replay", fields[0]]);
    assert_eq!(code_of, 0, "{complained}");
    assert_eq!(put_back, format!("{}\tput back\n", fields[0]));
    assert_eq!(run(&["dead"]).1.lines().count(), 1);

    let server = Serving::start(place.path());
    let came = sink.until(|came| came.len() == 3).await;
    assert_eq!(
        (came[2].id(), &came[2].bytes),
        (came[0].id(), &came[0].bytes)
    );
    assert_eq!(came[2].signatures_of(SECRET), 1);
    logged += &server.stop();

    assert!(logged.contains("shop_1") && logged.contains(&session));
    let bare = SECRET.strip_prefix("whsec_").unwrap();
    let signature = came[0].header("webhook-signature").to_owned();
    let signatures = [signature.as_str(), came[2].header("webhook-signature")];
    for line in logged.lines() {
        for secret in [bare, "Canary", API_KEY, &token, code]
            .iter()
            .chain(&signatures)
        {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
    }
}
