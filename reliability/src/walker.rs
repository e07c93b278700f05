//! A witness: walks sessions over HTTP, remembers every answer, and knows which of its requests is in doubt.

use std::collections::HashMap;

use kyc_core::journal::Entry;
use serde_json::{Value, json};

use crate::people::{self, Answer, Reach, Request};

/// One witness with one session at a time.
pub(crate) struct Walker {
    name: String,
    /// How many sessions it has begun.
    begun: usize,
    stage: Stage,
    /// The request that nobody has answered.
    doubt: Option<Request>,
    /// Whether the request at hand was sent before, and nobody knows what became of it.
    again: bool,
    heard: HashMap<String, Heard>,
    acknowledged: usize,
}

/// What a witness has heard about one session.
#[derive(Default)]
pub(crate) struct Heard {
    /// Requests under a key, and what was answered.
    pub(crate) steps: Vec<(Request, Value)>,
    pub(crate) version: u32,
    pub(crate) is_erased: bool,
}

enum Stage {
    Open,
    Exchange {
        link: String,
    },
    Walk {
        session: String,
        token: String,
        step: usize,
    },
    Cancel {
        session: String,
    },
    Erase {
        session: String,
    },
}

impl Walker {
    pub(crate) fn new(name: String) -> Self {
        Self {
            name,
            begun: 0,
            stage: Stage::Open,
            doubt: None,
            again: false,
            heard: HashMap::new(),
            acknowledged: 0,
        }
    }

    /// Walks until a request is not answered.
    pub(crate) async fn walk(&mut self, there: &impl Reach, heard: impl Fn()) {
        while self.step(there).await {
            heard();
        }
    }

    /// Finds out what became of the request in doubt, by asking again with its key.
    pub(crate) async fn ask_again(&mut self, there: &impl Reach) {
        if self.doubt.is_some() {
            assert!(
                self.step(there).await,
                "no answer from a server that is ready"
            );
        }
    }

    /// One request. Tells whether it was answered.
    pub(crate) async fn step(&mut self, there: &impl Reach) -> bool {
        let request = self.doubt.take().unwrap_or_else(|| self.next());
        match there.send(&request).await {
            Ok(answer) if answer.is_done() => {
                self.take(request, answer);
                self.again = false;
                true
            }
            // The code was used by the request that nobody has answered; the same key gives another link.
            Ok(answer) if answer.status == 401 && (self.again || there.sends_again()) => {
                assert!(matches!(self.stage, Stage::Exchange { .. }), "{answer:?}");
                self.stage = Stage::Open;
                self.again = false;
                true
            }
            Ok(answer) if !answer.is_in_doubt() => panic!("{request:?} answered {answer:?}"),
            _ => {
                self.doubt = Some(request);
                self.again = true;
                false
            }
        }
    }

    fn next(&self) -> Request {
        match &self.stage {
            Stage::Open => people::open(&self.key()),
            Stage::Exchange { link } => people::exchange(link),
            Stage::Walk {
                session,
                token,
                step,
            } => match &self.events()[*step] {
                Some(event) => {
                    let seen = self.heard[session].version;
                    people::event(session, token, seen, &format!("e-{seen}"), event)
                }
                None => people::upload(session, token, self.begun % 4),
            },
            Stage::Cancel { session } => people::cancel(session, "cancel"),
            Stage::Erase { session } => people::erase(session),
        }
    }

    fn take(&mut self, request: Request, answer: Answer) {
        self.acknowledged += 1;
        let last = self.events().len();
        self.stage = match std::mem::replace(&mut self.stage, Stage::Open) {
            Stage::Open => {
                self.heard
                    .entry(answer.text("session").to_owned())
                    .or_default();
                Stage::Exchange {
                    link: answer.text("link").to_owned(),
                }
            }
            Stage::Exchange { .. } => Stage::Walk {
                session: answer.text("session").to_owned(),
                token: answer.text("token").to_owned(),
                step: 0,
            },
            Stage::Walk {
                session,
                token,
                step,
            } => {
                if answer.body.get("version").is_some() {
                    self.hear(&session, request, answer);
                }
                match step + 1 == last {
                    true => Stage::Cancel { session },
                    false => Stage::Walk {
                        session,
                        token,
                        step: step + 1,
                    },
                }
            }
            Stage::Cancel { session } => {
                self.hear(&session, request, answer);
                self.begun += 1;
                match self.begun % 5 {
                    0 => Stage::Erase { session },
                    _ => Stage::Open,
                }
            }
            Stage::Erase { session } => {
                self.heard.get_mut(&session).unwrap().is_erased = true;
                Stage::Open
            }
        };
    }

    fn hear(&mut self, session: &str, request: Request, answer: Answer) {
        let heard = self.heard.get_mut(session).unwrap();
        assert_eq!(answer.version(), heard.version + 1, "{answer:?}");
        heard.version = answer.version();
        heard.steps.push((request, answer.body));
    }

    /// What the applicant does; nothing where they upload a photo.
    fn events(&self) -> Vec<Option<Value>> {
        let select = |document| {
            Some(json!({ "type": "select_document", "country": "DE", "document": document }))
        };
        let details = Some(json!({ "type": "submit_details", "details": {
            "given_names": "Erika", "family_name": "Mustermann", "date_of_birth": "1984-08-12",
        }}));
        let back = Some(json!({ "type": "back" }));
        let mut events = vec![
            Some(json!({ "type": "start", "consent": { "version": "1", "locale": "en" } })),
            details.clone(),
            select("id_card"),
            back.clone(),
            select("passport"),
            back.clone(),
            back,
            details,
            select("id_card"),
        ];
        if self.begun.is_multiple_of(4) {
            let blob = people::digest(self.begun % 4);
            events.extend([
                None,
                Some(json!({ "type": "capture_page", "side": "front", "blob": blob })),
            ]);
        }
        events
    }

    fn key(&self) -> String {
        format!("{}-{}", self.name, self.begun)
    }

    pub(crate) const fn acknowledged(&self) -> usize {
        self.acknowledged
    }

    pub(crate) const fn heard(&self) -> &HashMap<String, Heard> {
        &self.heard
    }

    /// Whether it has asked for this session to be forgotten, and was not answered.
    pub(crate) fn is_erasing(&self, session: &str) -> bool {
        matches!(&self.stage, Stage::Erase { session: erased } if erased == session)
    }

    /// The session it is in the middle of.
    pub(crate) fn current(&self) -> Option<&str> {
        match &self.stage {
            Stage::Open | Stage::Exchange { .. } => None,
            Stage::Walk { session, .. } | Stage::Cancel { session } | Stage::Erase { session } => {
                Some(session)
            }
        }
    }
}

/// Walks with an identity card from `welcome` to `final`; tells the session.
pub(crate) async fn arrive(there: &impl Reach, key: &str) -> String {
    let done = async |request: Request| {
        let answer = there.send(&request).await.unwrap();
        assert!(answer.is_done(), "{request:?} answered {answer:?}");
        answer
    };
    let (session, token) = loop {
        let opened = done(people::open(key)).await;
        let exchange = people::exchange(opened.text("link"));
        let exchanged = there.send(&exchange).await.unwrap();
        // Otherwise the code was used by a request that nobody has answered.
        if exchanged.is_done() {
            let session = opened.text("session").to_owned();
            break (session, exchanged.text("token").to_owned());
        }
    };
    let page = |side: &str, number| json!({ "type": "capture_page", "side": side, "blob": people::digest(number) });
    let events = [
        json!({ "type": "start", "consent": { "version": "1", "locale": "en" } }),
        json!({ "type": "submit_details", "details": {
            "given_names": "Erika", "family_name": "Mustermann", "date_of_birth": "1984-08-12",
        }}),
        json!({ "type": "select_document", "country": "DE", "document": "id_card" }),
        page("front", 0),
        page("back", 1),
        json!({ "type": "accept_document" }),
        json!({ "type": "capture_selfie", "blob": people::digest(2) }),
        json!({ "type": "accept_selfie" }),
    ];
    for number in 0..3 {
        done(people::upload(&session, &token, number)).await;
    }
    for (seen, event) in (0..).zip(&events) {
        let key = format!("a-{seen}");
        done(people::event(&session, &token, seen, &key, event)).await;
    }
    session
}

impl Heard {
    /// Looks at what the company reads of the session.
    pub(crate) fn compare_with_view(&self, session: &str, read: &Answer) {
        assert!(read.is_done(), "{session} is lost: {read:?}");
        let is_erased = read.body["redacted_at"].is_u64();
        if self.is_erased {
            assert!(is_erased, "{session} was erased and is there again");
        }
        // An erasure that nobody has answered may have happened.
        if !is_erased {
            assert_eq!(read.version(), self.version, "{session}");
        }
    }

    /// Looks at what is in the journal: every answer, in its place, word for word.
    pub(crate) fn compare_with_journal(&self, session: &str, entries: &[Entry]) {
        assert!(
            entries.len() > self.version as usize,
            "{session} has lost steps"
        );
        for (_, step) in &self.steps {
            let version = usize::try_from(step["version"].as_u64().unwrap()).unwrap();
            let facts = &entries[version].facts;
            let kept = json!({
                "version": facts.version, "event": facts.event, "from": facts.from, "to": facts.to,
                "effects": facts.effects,
            });
            assert_eq!(*step, kept, "{session}");
        }
    }
}
