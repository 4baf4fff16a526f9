//! `person` and `employment`: what the policy knows of people, and the schema that the readers keep to.

use super::{Field, Lower, What};
use crate::diagnostic::Diagnostic;
use crate::hr;
use crate::policy::codes;
use crate::policy::types::Type;
use crate::syntax::ast::{self, Sensitivity};

/// The name of a person's employments, in policies and, unless `from` says otherwise, in HR.
pub(super) const EMPLOYMENTS: &str = "employments";

impl Lower<'_> {
    /// `person { … }` and `employment { … }`: the schema that the readers keep to.
    pub(crate) fn person(
        &mut self,
        item: &ast::FileItem<ast::PersonItem>,
        employment: Option<&ast::FileItem<ast::EmploymentItem>>,
    ) -> Option<hr::Schema> {
        let mut attributes = Vec::new();
        let mut broken = false;
        for field in &item.body.fields {
            let Some(mut attribute) = self.hr_attribute(field, hr::is_sensitive_by_nature) else {
                self.declare_broken(&field.name);
                broken = true;
                continue;
            };
            if let (Some(key), true) = (field.key, attribute.sensitive) {
                let message = format!("the key `{}` stands in every output", field.name.value);
                self.report(
                    Diagnostic::new(&codes::BAD_FIELD, key, message)
                        .label("a key cannot be sensitive")
                        .help("take a number of HR that may be seen, or declare it `open`"),
                );
                // Said once is enough: whatever prints the key would be told of it too.
                attribute.sensitive = false;
            }
            if attribute.key {
                self.key_type = Some(field.ty.span);
            }
            let position = u32::try_from(attributes.len()).unwrap_or(u32::MAX);
            self.declare(&field.name, What::Field(position));
            self.fields.push(field_of(&attribute));
            if matches!(&*attribute.source, "hire_date" | "employment_start_date") {
                self.program.started = Some(position);
            }
            self.hr_fields.push(attribute.clone());
            attributes.push(attribute);
        }
        if let Some(employment) = employment {
            let attribute = self.employments(employment);
            let position = u32::try_from(attributes.len()).unwrap_or(u32::MAX);
            let name = ast::Name::new(EMPLOYMENTS.into(), employment.word);
            self.declare(&name, What::Field(position));
            self.fields.push(Field {
                // What is sensitive in an employment says its field; that there is one is not.
                sensitive: false,
                ..field_of(&attribute)
            });
            self.hr_fields.push(attribute.clone());
            attributes.push(attribute);
        }
        match hr::Schema::new(attributes) {
            Ok(schema) => {
                self.supervisor = schema.supervisor().and_then(|at| u32::try_from(at).ok());
                Some(schema)
            }
            Err(error) => {
                let twice = matches!(error, hr::SchemaError::Twice { .. });
                // Without the field that is broken, the others may be too few.
                if !twice && !broken {
                    self.report(
                        Diagnostic::new(&codes::BAD_FIELD, item.word, error.to_string())
                            .label("in this `person`"),
                    );
                }
                None
            }
        }
    }

    /// The attribute that holds a person's employments.
    fn employments(&mut self, item: &ast::FileItem<ast::EmploymentItem>) -> hr::Attribute {
        let mut fields: Vec<hr::Attribute> = Vec::new();
        for field in &item.body.fields {
            if let Some(first) = item
                .body
                .fields
                .iter()
                .find(|one| one.name.value == field.name.value)
                && first.name.span != field.name.span
            {
                self.report(
                    Diagnostic::new(
                        &codes::DUPLICATE,
                        field.name.span,
                        format!("an employment has `{}` twice", field.name.value),
                    )
                    .label("declared again")
                    .also(first.name.span, "first declared here"),
                );
                continue;
            }
            if let Some(key) = field.key {
                self.report(
                    Diagnostic::new(
                        &codes::BAD_FIELD,
                        key,
                        "a key identifies a person, not an employment",
                    )
                    .label("no key here")
                    .help("remove it"),
                );
            }
            let attribute = self.hr_attribute(field, hr::is_sensitive_of_employment);
            let known = attribute.as_ref().map_or(
                Field {
                    ty: Type::Error,
                    optional: false,
                    sensitive: false,
                    free: false,
                },
                field_of,
            );
            self.employment.push((field.name.value.clone(), known));
            // A position for each name, also of what is wrong: it stands in no policy that runs.
            fields.push(
                attribute.unwrap_or_else(|| {
                    hr::Attribute::new(field.name.value.clone(), hr::Type::Text)
                }),
            );
        }
        self.program.employment = fields.iter().map(|field| field.name.clone()).collect();
        let sensitive = fields.iter().any(|field| field.sensitive);
        let source = item
            .body
            .from
            .as_ref()
            .map_or_else(|| EMPLOYMENTS.into(), |from| from.value.clone());
        let ty = hr::Type::List(Box::new(hr::Type::Employment(fields.into())));
        let mut attribute = hr::Attribute::new(EMPLOYMENTS, ty).from(source).optional();
        // As a whole it shows its dates.
        attribute.sensitive = sensitive;
        attribute
    }

    /// A field as HR's readers need it; none where its type has been reported.
    fn hr_attribute(
        &mut self,
        field: &ast::Field,
        by_nature: fn(&str) -> bool,
    ) -> Option<hr::Attribute> {
        let ty = self.hr_type(&field.ty)?;
        let mut attribute = hr::Attribute::new(field.name.value.clone(), ty);
        if let Some(from) = &field.from {
            attribute = attribute.from(from.value.clone());
        }
        attribute.optional = field.ty.optional;
        self.photo_can_be_read(field, &attribute);
        attribute.key = field.key.is_some();
        attribute.sensitive = match field.sensitivity.as_ref().map(|word| word.value) {
            Some(Sensitivity::Sensitive) => true,
            Some(Sensitivity::Open) => false,
            None => by_nature(&attribute.source),
        };
        Some(attribute)
    }
}

impl Lower<'_> {
    /// A photo comes from one place, and nobody must have one.
    fn photo_can_be_read(&mut self, field: &ast::Field, attribute: &hr::Attribute) {
        let message = match &attribute.ty {
            hr::Type::Photo if &*attribute.source != PICTURE => {
                "a photo is read from `profile_picture`"
            }
            hr::Type::Photo if !attribute.optional => "a photo may be missing",
            hr::Type::List(item) if **item == hr::Type::Photo => "a person has one photo",
            _ => return,
        };
        self.report(
            Diagnostic::new(&codes::BAD_FIELD, field.ty.span, message)
                .label("cannot be read so")
                .help("write `photo : photo? from \"profile_picture\"`"),
        );
    }
}

/// Where HR has the photos.
const PICTURE: &str = "profile_picture";

fn field_of(attribute: &hr::Attribute) -> Field {
    Field {
        ty: Type::from_hr(&attribute.ty),
        optional: attribute.optional,
        sensitive: attribute.sensitive,
        free: is_free(&attribute.ty),
    }
}

/// Whether values of the type are text that somebody types.
fn is_free(ty: &hr::Type) -> bool {
    match ty {
        hr::Type::Text => true,
        hr::Type::List(item) => is_free(item),
        hr::Type::Int
        | hr::Type::Number
        | hr::Type::Bool
        | hr::Type::Date
        | hr::Type::Time
        | hr::Type::Duration
        | hr::Type::Timezone
        | hr::Type::Person
        | hr::Type::Photo
        | hr::Type::Employment(_)
        | hr::Type::OneOf(_) => false,
    }
}
