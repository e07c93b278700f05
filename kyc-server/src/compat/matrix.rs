//! Additional steps in their words, both ways: what a request asks for, and what counts for a session.

use std::collections::BTreeSet;

use kyc_core::collection::{Given, GivenFields};
use kyc_core::flow::{
    ALL as OUR_ALL, AdditionalStep, Asked, Matrix, Sources, SourcesChange, StepChange, StepTexts,
};
use kyc_core::{Country, DocumentType, FieldName, Flow, Pii, SmallMap, StepName, StepType};
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::vocabulary::{ALL, LOCALES, among, capitals};

/// Countries times types of documents that one request may name.
const MOST_PLACES: usize = 256;

/// What a request asks for: country, then type of document, then a list of names or an object.
pub(super) fn read(value: &Value) -> Result<Matrix, Refusal> {
    let mut matrix = Matrix::new();
    for (country, row) in object(value, "additionalSteps is not an object of countries.")? {
        let country = match country.as_str() {
            ALL => OUR_ALL.to_owned(),
            code => code
                .parse::<Country>()
                .map_err(|_| Refusal::bad("additionalSteps names a country that there is not."))?
                .to_string(),
        };
        let mut documents = SmallMap::new();
        for (document, asked) in object(row, "additionalSteps has no types of documents.")? {
            let document = match document.as_str() {
                ALL => OUR_ALL.to_owned(),
                word => among(DocumentType::ALL, word)
                    .ok_or(Refusal::bad(
                        "additionalSteps names a type of document that there is not.",
                    ))?
                    .to_string(),
            };
            documents.insert(document, read_asked(asked)?);
        }
        matrix.insert(country, documents);
    }
    // The answer tells every step with all its texts at each of them.
    match matrix.values().map(SmallMap::len).sum::<usize>() <= MOST_PLACES {
        true => Ok(matrix),
        false => Err(Refusal::bad("additionalSteps has too many entries.")),
    }
}

fn read_asked(value: &Value) -> Result<Asked, Refusal> {
    match value {
        Value::Array(names) => names
            .iter()
            .map(|name| name.as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .map(Asked::Only)
            .ok_or(Refusal::bad("A list of additional steps holds names.")),
        Value::Object(steps) => steps
            .iter()
            .map(|(name, change)| Ok((name.clone(), read_change(change)?)))
            .collect::<Result<_, _>>()
            .map(Asked::Each),
        _ => Err(Refusal::bad("Additional steps are an object or a list.")),
    }
}

fn read_change(value: &Value) -> Result<StepChange, Refusal> {
    let mut change = StepChange::default();
    for (member, value) in object(value, "An additional step is not an object.")? {
        match member.as_str() {
            _ if value.is_null() => {}
            "type" => change.kind = Some(read_type(value)?),
            "texts" => change.texts = read_texts(value)?,
            "fields" => change.fields = read_fields(value)?,
            "settings" => change.sources = read_settings(value)?,
            _ => return Err(Refusal::bad("An additional step has no such member.")),
        }
    }
    // What nobody evaluates has no fields, whatever else was said.
    if change.kind == Some(StepType::Upload) {
        change.fields = None;
    }
    Ok(change)
}

fn read_type(value: &Value) -> Result<StepType, Refusal> {
    let word = value.as_str().unwrap_or_default();
    among(StepType::ALL, word).ok_or(Refusal::bad("type is not UPLOAD, COMPARE or EXTRACT."))
}

fn read_texts(value: &Value) -> Result<SmallMap<String, StepTexts>, Refusal> {
    let mut texts = SmallMap::new();
    for (locale, value) in object(value, "texts is not an object of locales.")? {
        if !LOCALES.contains(&locale.as_str()) {
            return Err(Refusal::bad("texts names a locale that there is not."));
        }
        let mut found = [None, None];
        for (member, value) in object(value, "A text is not an object.")? {
            let place = match member.as_str() {
                "name" => 0,
                "description" => 1,
                _ => return Err(Refusal::bad("A text has a name and a description.")),
            };
            found[place] = Some(text(value)?);
        }
        let [Some(name), Some(description)] = found else {
            return Err(Refusal::missing("A text has a name and a description."));
        };
        texts.insert(locale.clone(), StepTexts { name, description });
    }
    Ok(texts)
}

/// None names all.
fn read_fields(value: &Value) -> Result<Option<Vec<String>>, Refusal> {
    let fields = value
        .as_array()
        .ok_or(Refusal::bad("fields is not a list."))?;
    let names = fields.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    Ok((!names.is_empty()).then_some(names))
}

fn read_settings(value: &Value) -> Result<SourcesChange, Refusal> {
    let mut change = SourcesChange::default();
    for (member, value) in object(value, "settings is not an object.")? {
        let setting = match member.as_str() {
            "canUpload" => &mut change.file,
            "canCapture" => &mut change.camera,
            "canUploadPDF" => &mut change.pdf,
            _ => return Err(Refusal::bad("There is no such setting.")),
        };
        let value = value.as_bool();
        *setting = Some(value.ok_or(Refusal::bad("A setting is true or false."))?);
    }
    Ok(change)
}

/// What the company knows: step, then field.
pub(super) fn read_given(value: &Value) -> Result<Given, Refusal> {
    let mut given = Given::new();
    for (name, fields) in object(value, "additionalData is not an object of steps.")? {
        let name: StepName = name
            .parse()
            .map_err(|_| Refusal::bad("There is no such additional step."))?;
        let mut known = SmallMap::new();
        for (field, value) in object(fields, "additionalData is not an object of fields.")? {
            let field: FieldName = field
                .parse()
                .map_err(|_| Refusal::bad("The additional step has no such field."))?;
            if !value.is_null() {
                known.insert(field, Pii::new(text(value)?));
            }
        }
        given.insert(name, known);
    }
    Ok(given)
}

/// What the company knows, as it was given.
pub(super) fn write_given(given: &Given) -> Value {
    let step = |(name, fields): (&StepName, &GivenFields)| {
        let fields = fields
            .iter()
            .map(|(field, value)| (field.to_string(), json!(value.expose())))
            .collect::<Map<_, _>>();
        (name.to_string(), fields.into())
    };
    given.iter().map(step).collect::<Map<_, _>>().into()
}

/// What counts for a session: at every place that the Flow or the request names, each step as it is there.
pub(super) fn write(flow: &Flow, prescribed: Option<&Matrix>) -> Value {
    let rules = flow.definition().additional_steps.as_ref();
    let matrices = rules
        .map(|rules| &rules.asked)
        .into_iter()
        .chain(prescribed);
    let places: BTreeSet<[&str; 2]> = matrices
        .flatten()
        .flat_map(|(country, row)| row.keys().map(move |document| [country.as_str(), document]))
        .collect();
    let mut countries = Map::new();
    for place in places {
        let steps = flow.additional_steps_at(place, prescribed);
        let steps: Map<_, _> = steps
            .iter()
            .map(|step| (step.name().to_string(), write_step(step)))
            .collect();
        let row = countries
            .entry(theirs(place[0]))
            .or_insert_with(|| json!({}));
        row[theirs(place[1])] = steps.into();
    }
    countries.into()
}

fn write_step(step: &AdditionalStep<'_>) -> Value {
    let texts = step.texts().into_iter().map(|(locale, text)| {
        let text = json!({ "name": text.name, "description": text.description });
        (locale.to_owned(), text)
    });
    let Sources { file, camera, pdf } = step.sources();
    json!({
        "type": capitals(step.kind()),
        "texts": texts.collect::<Map<_, _>>(),
        "fields": step.fields(),
        "settings": { "canUpload": file, "canCapture": camera, "canUploadPDF": pdf },
    })
}

/// Our name of a country or a document as they write it.
fn theirs(name: &str) -> String {
    capitals(name)
}

fn object<'a>(
    value: &'a Value,
    otherwise: &'static str,
) -> Result<&'a Map<String, Value>, Refusal> {
    value.as_object().ok_or(Refusal::bad(otherwise))
}

fn text(value: &Value) -> Result<String, Refusal> {
    let text = value
        .as_str()
        .ok_or(Refusal::bad("A text is not a text."))?;
    Ok(text.to_owned())
}
