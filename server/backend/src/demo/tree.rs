//! The agencies, communes and rooms of the demo as files to import.

/// `code,parent,level,name,short_name`.
const AGENCIES: &str = include_str!("../../data/agencies.csv");
/// `code,name,type,formed_from`.
const COMMUNES: &str = include_str!("../../data/communes.csv");

/// A commune of the demo.
pub(super) struct Commune {
    pub(super) code: String,
    /// "Xã Mường La".
    pub(super) name: String,
    former: String,
}

impl Commune {
    /// "xã Mường La", for the middle of a sentence.
    pub(super) fn in_sentence(&self) -> String {
        let mut letters = self.name.chars();
        letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
    }
}

fn rows(csv: &str) -> impl Iterator<Item = csv::StringRecord> + '_ {
    csv::Reader::from_reader(csv.as_bytes())
        .into_records()
        .filter_map(Result::ok)
        .collect::<Vec<_>>()
        .into_iter()
}

/// All communes, in the order of their codes.
pub(super) fn communes() -> Vec<Commune> {
    let field = |row: &csv::StringRecord, index: usize| row.get(index).unwrap_or_default().to_owned();
    rows(COMMUNES)
        .map(|row| Commune { code: field(&row, 0), name: field(&row, 1), former: field(&row, 3) })
        .collect()
}

/// Codes and short names of the departments of the province, its office first.
pub(super) fn departments() -> Vec<(String, String)> {
    rows(AGENCIES)
        .filter(|row| row.get(2) == Some("department"))
        .map(|row| (row.get(0).unwrap_or_default().to_owned(), row.get(4).unwrap_or_default().to_owned()))
        .collect()
}

/// The whole tree: the agencies as they come, then the communes with the names they were formed from as aliases.
pub(super) fn agencies() -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut put = |cells: [&str; 6]| {
        out.write_record(cells).expect("memory takes every row");
    };
    put(["code", "parent", "level", "name", "short_name", "aliases"]);
    for row in rows(AGENCIES) {
        let cell = |index: usize| row.get(index).unwrap_or_default();
        put([cell(0), cell(1), cell(2), cell(3), cell(4), ""]);
    }
    for commune in communes() {
        let aliases = match commune.former.as_str() {
            "giữ nguyên" => String::new(),
            former => former.split(", ").collect::<Vec<_>>().join("|"),
        };
        let name = format!("Ủy ban nhân dân {}", commune.in_sentence());
        put([&commune.code, "UBND", "commune", &name, &commune.name, &aliases]);
    }
    text(out)
}

/// Rooms of the province's seat, one in every department and every commune.
pub(super) fn rooms() -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut put = |cells: [&str; 6]| {
        out.write_record(cells).expect("memory takes every row");
    };
    put(["code", "name", "agency", "capacity", "video", "equipment"]);
    put(["P1", "Phòng họp số 1, trụ sở HĐND - UBND tỉnh", "VPUB", "120", "yes", "Màn hình, 40 micro"]);
    put(["P2", "Phòng họp số 2", "VPUB", "30", "no", "Màn hình"]);
    put(["P3", "Phòng họp số 3", "VPUB", "20", "yes", "Màn hình"]);
    put(["HT", "Hội trường lớn", "VPUB", "350", "yes", "Màn hình lớn, âm thanh hội trường"]);
    put(["TD", "Phòng tiếp dân", "VPUB", "15", "no", ""]);
    for (code, name) in departments().iter().filter(|(code, _)| code != "VPUB") {
        put([&format!("P-{code}"), &format!("Phòng họp {name}"), code, "40", "yes", "Màn hình"]);
    }
    for commune in communes() {
        put([
            &format!("P-{}", commune.code),
            &format!("Phòng họp {}", commune.in_sentence()),
            &commune.code,
            "60",
            "yes",
            "",
        ]);
    }
    text(out)
}

pub(super) fn text(out: csv::Writer<Vec<u8>>) -> String {
    String::from_utf8(out.into_inner().unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_commune_of_the_province_is_there() {
        assert_eq!(communes().len(), 75);
        assert!(agencies().contains("Ủy ban nhân dân phường Tô Hiệu"));
        assert_eq!(departments().first().map(|(code, _)| code.as_str()), Some("VPUB"));
    }
}
