//! Every combination of what the Flow asks, what the session asks, country, document and type resolves as
//! docs/decisions/0050 says.

use kyc_core::flow::{Applies, Asked, Matrix, SourcesChange, StepChange};
use kyc_core::{Country, DocumentType, Flow, StepType};
use serde_json::{Value, json};

use super::definition;

const A: &str = "A";
const B: &str = "B";

/// What stands in one cell of a matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
    Absent,
    /// An empty object.
    None,
    /// A list of A.
    OnlyA,
    /// An object that gives A that type, and B as it is.
    Changed(StepType),
}

const CELLS: [Cell; 6] = [
    Cell::Absent,
    Cell::None,
    Cell::OnlyA,
    Cell::Changed(StepType::Upload),
    Cell::Changed(StepType::Compare),
    Cell::Changed(StepType::Extract),
];

/// From the most specific place to the most general, for a German passport.
const PLACES: [(&str, &str); 4] = [
    ("DE", "passport"),
    ("DE", "all"),
    ("all", "passport"),
    ("all", "all"),
];

fn matrix(cells: &[(usize, Cell)]) -> Matrix {
    let mut matrix = Matrix::new();
    for (place, cell) in cells {
        let (country, document) = PLACES[*place];
        let asked = match cell {
            Cell::Absent => continue,
            Cell::None => Asked::Each(kyc_core::SmallMap::new()),
            Cell::OnlyA => Asked::Only(vec![A.to_owned()]),
            Cell::Changed(kind) => Asked::Each(
                [
                    (A.to_owned(), change(*kind)),
                    (B.to_owned(), StepChange::default()),
                ]
                .into(),
            ),
        };
        let row = matrix.or_default(country.to_owned());
        row.insert(document.to_owned(), asked);
    }
    matrix
}

fn change(kind: StepType) -> StepChange {
    StepChange {
        kind: Some(kind),
        ..StepChange::default()
    }
}

fn catalogue() -> Value {
    let step = |name: &str, types: &[&str]| {
        json!({
            "name": name, "types": types, "fields": ["x"],
            "texts": { "en": { "name": "Name", "description": "Description" } },
        })
    };
    // Neither begins with what the cells change it to, so that a default can be told from a change.
    json!([
        step(A, &["extract", "upload", "compare"]),
        step(B, &["compare"])
    ])
}

fn flow(asked: &Matrix) -> Flow {
    let mut definition = definition();
    definition["documents"] = json!(
        [
            "passport",
            "id_card",
            "residence_permit",
            "driver_license",
            "pan_card",
            "aadhaar",
            "other"
        ]
        .map(|kind| {
            let both = ["front", "back"];
            json!({ "type": kind, "sides": both })
        })
    );
    definition["additional_steps"] = json!({ "catalogue": catalogue(), "asked": asked });
    Flow::from_json(&definition.to_string()).unwrap()
}

fn resolved(flow: &Flow, prescribed: Option<&Matrix>, of: Option<(&str, DocumentType)>) -> Found {
    let document = of.map(|(country, kind)| (country.parse::<Country>().unwrap(), kind));
    let applies = Applies {
        document,
        prescribed,
    };
    flow.additional_steps(applies)
        .map(|step| (step.name().to_string(), step.kind()))
        .collect()
}

type Found = Vec<(String, StepType)>;

/// The decision record, written a second time: which cell counts, and what the one below it leaves.
fn expected(
    environment: &[(usize, Cell)],
    session: Option<&[(usize, Cell)]>,
    reach: &[usize],
) -> Found {
    let counts = |cells: &[(usize, Cell)]| {
        let mut found = reach.iter().filter_map(|place| {
            let (_, cell) = cells.iter().find(|(other, _)| other == place)?;
            (*cell != Cell::Absent).then_some(*cell)
        });
        found.next()
    };
    let below = counts(environment);
    let above = session.and_then(counts);
    let kind = |cell: Option<Cell>| match cell {
        Some(Cell::Changed(kind)) => Some(kind),
        _ => None,
    };
    let a = kind(above)
        .or_else(|| kind(below))
        .unwrap_or(StepType::Extract);
    match above.or(below) {
        None | Some(Cell::Absent | Cell::None) => vec![],
        Some(Cell::OnlyA) => vec![(A.to_owned(), a)],
        Some(Cell::Changed(_)) => vec![(A.to_owned(), a), (B.to_owned(), StepType::Compare)],
    }
}

/// The places that a document looks at, in order.
fn reach(of: Option<(&str, DocumentType)>) -> Vec<usize> {
    match of {
        Some(("DE", DocumentType::Passport)) => vec![0, 1, 2, 3],
        Some(("DE", _)) => vec![1, 3],
        Some((_, DocumentType::Passport)) => vec![2, 3],
        Some(_) | None => vec![3],
    }
}

#[test]
fn every_combination_of_flow_session_country_and_document_resolves_as_decided() {
    let mut documents: Vec<Option<(&str, DocumentType)>> = vec![None];
    for country in ["DE", "FR"] {
        documents.extend(DocumentType::ALL.iter().map(|kind| Some((country, *kind))));
    }
    let pairs: Vec<_> = (0..4)
        .flat_map(|place| CELLS.map(|cell| (place, cell)))
        .collect();
    let mut tried = 0;
    for environment in CELLS {
        for place in 0..4 {
            // The Flow says something in one place and, more generally or more specifically, in another.
            let below = [(place, environment), ((place + 1) % 4, Cell::OnlyA)];
            let flow = flow(&matrix(&below));
            for session in &pairs {
                let above = [*session, (3 - session.0, Cell::Changed(StepType::Upload))];
                let forms: [Option<&[(usize, Cell)]>; 3] = [None, Some(&above[..1]), Some(&above)];
                for form in forms {
                    let prescribed = form.map(matrix);
                    for of in &documents {
                        let found = resolved(&flow, prescribed.as_ref(), *of);
                        let right = expected(&below, form, &reach(*of));
                        assert_eq!(found, right, "{below:?} under {form:?} for {of:?}");
                        tried += 1;
                    }
                }
            }
        }
    }
    assert_eq!(tried, 6 * 4 * 24 * 3 * 15);
}

#[test]
fn steps_come_in_the_order_of_the_catalogue_whatever_the_list_says() {
    let flow = flow(&Matrix::new());
    let asked = Asked::Only(vec![B.to_owned(), A.to_owned()]);
    let prescribed = [("all".to_owned(), [("all".to_owned(), asked)].into())].into();
    let found = resolved(
        &flow,
        Some(&prescribed),
        Some(("DE", DocumentType::Passport)),
    );
    let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, [A, B]);
}

#[test]
fn a_change_replaces_what_it_names_and_leaves_the_rest() {
    let flow = super::flow();
    let passport = ("DE".parse().unwrap(), DocumentType::Passport);
    let change = StepChange {
        texts: [(
            "de".to_owned(),
            kyc_core::flow::StepTexts {
                name: "Nachweis".to_owned(),
                description: "Neu".to_owned(),
            },
        )]
        .into(),
        sources: SourcesChange {
            pdf: Some(false),
            ..SourcesChange::default()
        },
        ..StepChange::default()
    };
    let asked = Asked::Each([("UTILITY_BILL".to_owned(), change)].into());
    let prescribed: Matrix = [("DE".to_owned(), [("all".to_owned(), asked)].into())].into();
    let applies = Applies {
        document: Some(passport),
        prescribed: Some(&prescribed),
    };
    let steps: Vec<_> = flow.additional_steps(applies).collect();
    assert_eq!(steps.len(), 1, "an object names all the steps there are");
    let bill = steps[0];
    // The Flow's own change for passports stays below the session's.
    assert_eq!(bill.kind(), StepType::Compare);
    let fields: Vec<_> = bill.fields().iter().map(|field| field.as_str()).collect();
    assert_eq!(fields, ["address"]);
    let sources = bill.sources();
    assert_eq!(
        (sources.file, sources.camera, sources.pdf),
        (true, true, false)
    );
    let texts = bill.texts();
    assert_eq!(texts.get("de").unwrap().name, "Nachweis");
    assert_eq!(texts.get("en").unwrap().name, "Proof of address");
}

#[test]
fn texts_are_those_of_the_language_or_of_the_nearest_there_is() {
    let flow = super::flow();
    let applies = Applies {
        document: Some(("DE".parse().unwrap(), DocumentType::Passport)),
        prescribed: None,
    };
    let steps: Vec<_> = flow.additional_steps(applies).collect();
    let shown = |step: usize, wish: &str| steps[step].text(wish).unwrap().0.to_owned();
    for (wish, locale) in [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE", "de"),
        ("fr", "en"),
        ("", "en"),
    ] {
        assert_eq!(shown(0, wish), locale, "{wish}");
    }
    // There is neither the language nor English.
    assert_eq!(shown(1, "de"), "lt");
}

#[test]
fn of_what_nobody_evaluates_nothing_is_read() {
    let flow = super::flow();
    let steps = |kind: DocumentType| {
        let applies = Applies {
            document: Some(("AT".parse().unwrap(), kind)),
            prescribed: None,
        };
        flow.additional_steps(applies).next().unwrap()
    };
    assert!(steps(DocumentType::IdCard).fields().is_empty());
    assert!(steps(DocumentType::IdCard).rules().is_empty());
    assert_eq!(steps(DocumentType::Passport).rules().len(), 5);
    assert_eq!(steps(DocumentType::IdCard).proofs().len(), 21);
}
