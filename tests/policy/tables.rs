//! Lookup tables as spreadsheets save them.

use super::bench::Bench;

fn unit_of_berlin(table: impl Into<Vec<u8>>) -> String {
    Bench::new()
        .table("sites.csv", table)
        .people("id,office\n1,Berlin\n")
        .only("unit zone")
        .wishes()
}

#[test]
fn marks_line_ends_separators_and_columns_make_no_difference() {
    let plain = "office,code,folder,zone,phone\nBerlin,BER,OU=Berlin,Europe/Berlin,\n";
    let expected = unit_of_berlin(plain);
    assert!(expected.contains("OU=Berlin,OU=Staff"), "{expected}");
    for other in [
        format!("\u{feff}{plain}"),
        plain.replace('\n', "\r\n"),
        plain.replace(',', ";"),
        plain.replace(',', "\t"),
        plain.trim_end().to_owned(),
        "phone,zone,remark,folder,code,office\n,Europe/Berlin,x,\" OU=Berlin \",BER, Berlin \n"
            .to_owned(),
        plain.replace("Berlin,BER", "\"Berlin\",\"BER\""),
    ] {
        assert_eq!(unit_of_berlin(other.as_str()), expected, "{other:?}");
    }
}

#[test]
fn a_table_in_utf_16_is_read_and_bytes_that_are_no_text_are_not() {
    let plain = "office,code,folder,zone,phone\nBerlin,BER,OU=Berlin,Europe/Berlin,\n";
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(plain.encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(unit_of_berlin(bytes), unit_of_berlin(plain));
    let complaints = Bench::new()
        .table("sites.csv", b"office\n\xfc\n".as_slice())
        .complaints();
    assert!(
        complaints.contains("error[bad-table]: the table `sites.csv` cannot be read"),
        "{complaints}"
    );
}

#[test]
fn a_bad_cell_is_shown_in_its_table_whatever_stands_before_it() {
    let table = "\u{feff}office;code;folder;zone;phone\r\nMünchen;MUC;OU=München;Europe/Berlin;\r\nZürich;ZRH;OU=Zürich;Europe/Zurrich;\r\n";
    let complaints = Bench::new().table("sites.csv", table).complaints();
    insta::assert_snapshot!(complaints, @r"
    error[bad-cell]: `zone` of the table `sites` is `Europe/Zurrich`, which is not a time zone such as Europe/Berlin
      sites.csv:3
        Zürich;ZRH;OU=Zürich;Europe/Zurrich;
                             ^^^^^^^^^^^^^^ this cell
    ");
}

#[test]
fn a_zone_in_other_case_is_the_zone() {
    let table = "office,code,folder,zone,phone\nBerlin,BER,OU=Berlin,europe/berlin,\n";
    assert!(unit_of_berlin(table).contains("zone Europe/Berlin"));
}
