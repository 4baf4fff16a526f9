//! Which of HR's attributes nobody else should see, whatever the author of a policy thought of (S11).

/// Exact source names, lower case: Personio's attribute names and universal ids, and the usual CSV headers.
const NAMES: &[&str] = &[
    "termination_date",
    "termination_type",
    "termination_reason",
    "terminated_at",
    "last_working_day",
    "last_day_of_work",
    "contract_ends",
    "contract_end_date",
    "employment_end_date",
    "exit_date",
    "leaving_date",
    "date_of_birth",
    "dob",
    "place_of_birth",
    "gender",
    "sex",
    "pronouns",
    "nationality",
    "religion",
    "denomination",
    "marital_status",
    "disability",
    "tax_id",
    "tax_class",
    "iban",
    "bic",
    "social_security_number",
    "social_insurance_number",
    "health_insurance",
    "absence_entitlement",
    "vacation_day_balance",
    "address",
    "street",
    "house_number",
    "zip_code",
    "postal_code",
    "home_address",
    "home_email",
    "home_phone",
    "personal_address",
    "personal_email",
    "personal_mobile",
    "personal_phone",
    "emergency_contact",
];

/// Words that make every name sensitive in which they stand as whole words.
const WORDS: &[&str] = &[
    "salary",
    "salaries",
    "payroll",
    "wage",
    "bonus",
    "compensation",
    "birth",
    "birthday",
    "birthdate",
    "birthplace",
    "private",
    "termination",
    "absence",
    "absences",
    "sick",
    "illness",
    "medical",
    "maternity",
    "paternity",
    "parental",
    "pregnancy",
    "vacation",
    "emergency",
    "children",
    "spouse",
    "bank",
    "gehalt",
    "geburt",
    "geburtsdatum",
    "geschlecht",
    "privat",
    "krankheit",
    "elternzeit",
    "mutterschutz",
    "urlaub",
    "konfession",
    "familienstand",
    "austritt",
    "kuendigung",
    "kündigung",
];

/// Whether values of the attribute that HR calls `source` are sensitive unless a policy declares it `open`.
///
/// Termination dates, types and reasons, absences, birth, sex, salary, private address and private e-mail are (S11),
/// and what is like them. A custom attribute (`dynamic_2817401`) says nothing about itself: its author has to.
pub fn is_sensitive_by_nature(source: &str) -> bool {
    let name = source.trim().to_lowercase().replace([' ', '-', '.'], "_");
    NAMES.contains(&name.as_str()) || name.split('_').any(|word| WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::is_sensitive_by_nature;

    #[test]
    fn what_safety_names_is_sensitive() {
        for source in [
            "termination_date",
            "termination_type",
            "termination_reason",
            "last_working_day",
            "absence_entitlement",
            "vacation_day_balance",
            "date_of_birth",
            "gender",
            "fix_salary",
            "hourly_salary",
            "Private e-mail",
            "private_address",
            "Date of Birth",
            "contract_ends",
            "parental_leave_until",
            "Elternzeit bis",
        ] {
            assert!(is_sensitive_by_nature(source), "{source}");
        }
    }

    #[test]
    fn what_the_directory_is_for_is_not() {
        for source in [
            "id",
            "first_name",
            "last_name",
            "email",
            "department",
            "office",
            "position",
            "hire_date",
            "status",
            "home_office",
            "personal_number",
            "personnel_number",
            "dynamic_2817401",
        ] {
            assert!(!is_sensitive_by_nature(source), "{source}");
        }
    }
}
