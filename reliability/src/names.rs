//! What has a name on the disk is there whole: an image before its upload is answered, and what a first start makes, whenever
//! that is killed.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::adapters::Adapter;
use crate::kills::Installation;
use crate::people::{self, Reach as _, There};
use crate::program::Program;
use crate::report::Line;
use crate::strace::{Call, Strace};
use crate::{Terms, run};

/// How many photos each applicant sends at the same time.
const PHOTOS: usize = 3;

/// How often a photo that finds no place is sent, a tenth of a second apart.
const TRIES: usize = 600;

const WATCHED: &str = "trace=read,recvfrom,write,writev,sendto,mkdir,linkat,fsync,fdatasync";

/// What changes a disk.
const CHANGES: &str = "write,pwrite64,ftruncate,mkdir,linkat,rename,unlink,fsync,fdatasync";

pub(crate) fn run_all(terms: &Terms) -> Vec<Line> {
    let mut lines = vec![Line::told("images", run(uploads(terms.pick(6, 60))))];
    for adapter in [Adapter::Sled, Adapter::Redb] {
        let stride = terms.pick(23, 1);
        let from = 1 + terms.seed.part(adapter.name()).below(0, stride);
        let counts = run(first_starts(adapter, from, stride));
        lines.push(Line::told(
            format!("{}, first start", adapter.name()),
            counts,
        ));
    }
    lines
}

/// Applicants send their photos at once, into directories that nobody has made yet.
async fn uploads(applicants: usize) -> Vec<(&'static str, String)> {
    let installation = Installation::embedded(Adapter::Redb, false);
    let mut program = Program::new(installation.folder.path(), "server", &installation.words);
    program.start().await;
    let there = program.reach();
    let mut tokens = Vec::new();
    for number in 0..applicants {
        tokens.push(arrive(&there, &format!("a-{number}")).await);
    }
    let strace = Strace::attach(&[program.process().unwrap()], &["-e", WATCHED]);
    let mut sending = JoinSet::new();
    for (session, token) in &tokens {
        for photo in 0..PHOTOS {
            let (there, request) = (there.clone(), people::upload(session, token, photo));
            sending.spawn(async move {
                let mut status = 503;
                for _ in 0..TRIES {
                    status = there.send(&request).await.unwrap().status;
                    // All places are taken: who is told to come again does.
                    if status != 503 {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                status
            });
        }
    }
    assert!(sending.join_all().await.iter().all(|status| *status == 201));
    let calls = strace.detach();
    program.kill();
    for (session, _) in &tokens {
        for photo in 0..PHOTOS {
            is_on_disk(session, people::digest(photo), &calls);
        }
    }
    vec![
        ("acknowledged", (applicants * PHOTOS).to_string()),
        ("before their file was synced", "0".into()),
        ("before its directories were", "0".into()),
    ]
}

async fn arrive(there: &There, key: &str) -> (String, String) {
    let opened = there.send(&people::open(key)).await.unwrap();
    let exchange = people::exchange(opened.text("link"));
    let exchanged = there.send(&exchange).await.unwrap();
    let of = |field| exchanged.text(field).to_owned();
    (of("session"), of("token"))
}

/// Looks at what was done between the request and the first byte of its answer.
fn is_on_disk(session: &str, digest: &str, calls: &[Call]) {
    let line = format!("PUT /applicant/v1/sessions/{session}/blobs/{digest} ");
    let asked = calls.iter().filter(|call| call.text.contains(&line));
    let mut asked = asked.filter(|call| call.is_a(&["read", "recvfrom"]));
    // Those before it found no place.
    let asked = asked.next_back().expect("the request was seen");
    let mut answers = calls.iter().filter(|call| call.path() == asked.path());
    let answer =
        answers.find(|call| call.begun > asked.ended && call.text.contains("\"HTTP/1.1 2"));
    let answer = answer.expect("the answer was seen");
    let name = format!("/{session}/{digest}");
    let link = calls.iter().find(|call| {
        call.is_a(&["linkat"]) && call.is_done() && quoted(&call.text, 1).ends_with(&name)
    });
    let link = link.expect("it has got its name");
    let is_synced = |path: &str, after: usize, before: usize| {
        calls.iter().any(|call| {
            call.is_a(&["fsync", "fdatasync"])
                && call.is_done()
                && call.path() == path
                && call.begun > after
                && call.ended < before
        })
    };
    let (file, place) = (quoted(&link.text, 0), quoted(&link.text, 1));
    let writes = calls.iter().filter(|call| call.is_a(&["write"]));
    let writes = writes.filter(|call| call.path() == file && call.ended < link.begun);
    let written = writes.map(|call| call.ended).max().expect("it was written");
    assert!(
        is_synced(file, written, link.begun),
        "{name}: named before it was synced"
    );
    // Its own directory since it lies there, the one that sessions are spread over and the root since they lead there.
    let mut since = link.ended;
    for directory in Path::new(place).ancestors().skip(1).take(3) {
        let directory = directory.to_str().unwrap();
        assert!(
            is_synced(directory, since, answer.begun),
            "{name}: answered before {directory} was synced"
        );
        let made = calls.iter().find(|call| {
            call.is_a(&["mkdir"]) && call.is_done() && quoted(&call.text, 0) == directory
        });
        since = made.map_or(usize::MAX, |made| made.ended);
    }
}

/// The text of that number between quotes.
fn quoted(text: &str, number: usize) -> &str {
    text.split('"').nth(2 * number + 1).unwrap_or_default()
}

/// Kills a first start before one of its changes of the disk, and starts again over what is there.
async fn first_starts(adapter: Adapter, from: usize, stride: usize) -> Vec<(&'static str, String)> {
    let (mut at, mut killed) = (from, 0);
    loop {
        let installation = Installation::embedded(adapter, true);
        let folder = installation.folder.path();
        let mut program = Program::new(folder, "server", &installation.words);
        let (trace, inject) = (
            format!("trace={CHANGES}"),
            format!("inject={CHANGES}:signal=KILL:when={at}"),
        );
        // Behind its back, so that it is our child and not strace's.
        let before = [
            "strace",
            "-D",
            "-q",
            "-f",
            "-o",
            "/dev/null",
            "-e",
            &trace,
            "-e",
            &inject,
        ];
        let is_ready = program.start_behind(&before).await;
        if is_ready {
            program.kill();
        } else {
            killed += 1;
        }
        program.start().await;
        let (session, _) = arrive(&program.reach(), "first").await;
        program.kill();
        program.start().await;
        let read = program.reach().send(&people::read(&session)).await;
        assert!(read.unwrap().is_done(), "killed before change {at}");
        program.kill();
        is_for_its_owner_alone(folder);
        at = match is_ready {
            false => at + stride,
            // It has fewer changes than the seed says: one that is nearer to its beginning.
            true if killed == 0 && at > 1 => at / 2,
            true => break,
        };
    }
    assert!(killed > 0, "no start was killed");
    vec![
        ("first starts killed", killed.to_string()),
        ("changes of the disk", format!("up to {at}")),
        ("refused afterwards", "0".into()),
        ("readable for others", "0".into()),
    ]
}

fn is_for_its_owner_alone(folder: &Path) {
    for (name, expected) in [
        ("store", 0o700),
        ("store.vault", 0o700),
        ("blobs", 0o700),
        ("store.key", 0o600),
        ("store.secret", 0o600),
    ] {
        let mode = std::fs::metadata(folder.join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, expected, "{name}");
    }
}
