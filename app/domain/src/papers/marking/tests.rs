//! Lines that are markings, and lines that are none.

use super::*;

#[test]
fn a_marking_is_found_in_every_spelling() {
    for (text, level) in [
        ("MẬT", Some(Level::Confidential)),
        ("  T U Y Ệ T   M Ậ T  ", Some(Level::TopSecret)),
        ("(TỐI MẬT)", Some(Level::Secret)),
        ("TO\u{302}\u{301}I MA\u{323}\u{302}T", Some(Level::Secret)),
        ("TOI MAT", Some(Level::Secret)),
        ("Độ mật: Tối mật", Some(Level::Secret)),
        ("Độ mật: Mật", Some(Level::Confidential)),
        ("Độ mật", None),
        ("BẢO MẬT THÔNG TIN", None),
        ("BÍ MẬT", None),
        ("B Í M Ậ T", None),
        ("mật", None),
        ("Mật ong rừng Sơn La", None),
        ("MẶT", None),
        ("MẮT", None),
        ("MẤT", None),
        ("", None),
    ] {
        assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
    }
}

#[test]
fn a_marking_that_begins_a_line_counts_whatever_comes_after_its_sign() {
    for (text, level) in [
        ("TỐI MẬT (bản số 01)", Some(Level::Secret)),
        ("TUYỆT MẬT / hỏa tốc", Some(Level::TopSecret)),
        ("TỐI MẬT; không sao chụp", Some(Level::Secret)),
        ("TUYỆT MẬT - chỉ người có tên mới được bóc", Some(Level::TopSecret)),
        ("TỐI MẬT - trang 1/5", Some(Level::Secret)),
        ("TUYỆT MẬT - Báo cáo tình hình biên giới sáu tháng đầu năm 2026", Some(Level::TopSecret)),
        ("MẬT, ngày 12 tháng 12 năm 2026", Some(Level::Confidential)),
        ("Tuyệt mật, tối mật và mật là ba độ mật theo Luật Bảo vệ bí mật nhà nước", None),
        ("MẬT ONG RỪNG, đặc sản của xã", None),
    ] {
        assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
    }
    let goes_on = |above: &str, text: &str| PageLine { text: text.into(), before: vec![above.into()] };
    assert_eq!(marking(&[goes_on("tài liệu thuộc độ", "TỐI MẬT, phải gửi qua cơ yếu")]), None);
    assert_eq!(marking(&[goes_on("QUY CHẾ BẢO", "MẬT, AN TOÀN THÔNG TIN")]), None);
}

#[test]
fn a_marking_is_found_after_a_label_of_any_wording() {
    for (text, level) in [
        ("Mức độ mật: Tối mật", Some(Level::Secret)),
        ("Mức độ mật: MẬT", Some(Level::Confidential)),
        ("MỨC ĐỘ MẬT: TUYỆT MẬT", Some(Level::TopSecret)),
        ("Mức mật: Mật", Some(Level::Confidential)),
        ("Cấp độ mật - Tối mật", Some(Level::Secret)),
        ("Độ mật Tối mật", Some(Level::Secret)),
        ("Độ mật: Tối mật; Độ khẩn: Hỏa tốc", Some(Level::Secret)),
        ("Độ mật: Mật (A)", Some(Level::Confidential)),
        ("Độ mật: A - Tuyệt mật", Some(Level::TopSecret)),
        ("Độ khẩn: Thường; Độ mật: Tối mật", Some(Level::Secret)),
        ("ĐỘ MÂT: MÂT", Some(Level::Confidential)),
        ("DO MAT: MAT", Some(Level::Confidential)),
        ("Độ mật: Không mật", None),
        ("Độ mật: Thường", None),
        ("MỨC ĐỘ MẬT", None),
        ("SỐ KÝ HIỆU, ĐỘ MẬT, TRÍCH YẾU", None),
        ("Độ mật tối mật gồm các tin sau", None),
    ] {
        assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
    }
}

#[test]
fn a_marking_is_found_beside_other_words() {
    for (text, level) in [
        ("MẬT - KHẨN", Some(Level::Confidential)),
        ("KHẨN - MẬT", Some(Level::Confidential)),
        ("MẬT KHẨN", Some(Level::Confidential)),
        ("TUYỆT MẬT/ HỎA TỐC", Some(Level::TopSecret)),
        ("TUYỆT MẬT HỎA TỐC", Some(Level::TopSecret)),
        ("BẢN SỐ: 01 - MẬT", Some(Level::Confidential)),
        ("MẬT (Bản số 01)", Some(Level::Confidential)),
        ("Bản số 01 - TỐI MẬT", Some(Level::Secret)),
        ("TÀI LIỆU MẬT", Some(Level::Confidential)),
        ("Tài liệu MẬT", Some(Level::Confidential)),
        ("VĂN BẢN MẬT", Some(Level::Confidential)),
        ("TÀI LIỆU TUYỆT MẬT", Some(Level::TopSecret)),
        ("Tối mật", Some(Level::Secret)),
        ("Tối Mật", Some(Level::Secret)),
        ("Tuyệt mật", Some(Level::TopSecret)),
        ("Tuyệt mật (Bản số 02)", Some(Level::TopSecret)),
    ] {
        assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
    }
}

#[test]
fn ordinary_words_and_sentences_are_no_marking() {
    for text in [
        "BẢO VỆ BÍ MẬT NHÀ NƯỚC",
        "LUẬT BẢO VỆ BÍ-MẬT NHÀ NƯỚC",
        "KẾ HOẠCH BẢO MẬT",
        "KẾ HOẠCH B Ả O M Ậ T",
        "GIẢI MẬT",
        "DANH MỤC GIẢI MẬT",
        "QUY ĐỊNH QUẢN LÝ VĂN BẢN MẬT",
        "DANH MỤC BÍ MẬT NHÀ NƯỚC ĐỘ TỐI MẬT",
        "MẬT ĐỘ DÂN SỐ",
        "MẬT MÃ",
        "NUÔI ONG MẬT",
        "NGUYỄN THỊ MẬT",
        "dấu \"MẬT\".",
        "mật, tối mật, tuyệt mật.",
        "Văn bản được đóng dấu MẬT, TỐI MẬT hoặc TUYỆT MẬT theo quy định",
        "Người soạn thảo đề xuất độ mật của văn bản",
        "CO MAT",
        "BAO MAT",
    ] {
        assert_eq!(marking(&[PageLine::alone(text)]), None, "{text}");
    }
    let end = PageLine {
        text: "tuyệt mật.".into(), before: vec!["gồm tài liệu mật, tối mật và".into()]
    };
    assert_eq!(marking(&[end]), None);
    let wrapped = PageLine { text: "MẬT NHÀ NƯỚC".into(), before: vec!["BẢO VỆ BÍ".into()] };
    assert_eq!(marking(&[wrapped]), None);
}

#[test]
fn letters_without_a_name_or_without_their_marks_are_read() {
    for (text, level) in [
        ("M\u{fffd}T", Some(Level::Confidential)),
        ("T\u{fffd}I M\u{fffd}T", Some(Level::Secret)),
        ("TUY\u{fffd}T M\u{fffd}T", Some(Level::TopSecret)),
        ("T\u{fffd}i m\u{fffd}t", Some(Level::Secret)),
        ("MÂT", Some(Level::Confidential)),
        ("MÂ.T", Some(Level::Confidential)),
        ("TÔI MÂT", Some(Level::Secret)),
        ("TUYÊT MÂT", Some(Level::TopSecret)),
        ("C\u{c1}C M\u{fffd}T C\u{fffd}NG T\u{c1}C", None),
        ("Tôi mất", None),
    ] {
        assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
    }
}

#[test]
fn what_stands_before_decides_over_the_single_word() {
    for (before, level) in [
        (&[][..], Some(Level::Confidential)),
        (&["ỦY BAN NHÂN DÂN TỈNH"], Some(Level::Confidential)),
        (&["QUY ĐỊNH VỀ BẢO VỆ BÍ"], None),
        (&["CÔNG TÁC B Í"], None),
        (&["QUY CHẾ BẢO"], None),
        (&["TỈNH SƠN LA", "QUY CHẾ BẢO"], None),
        (&["SỬA CHỮA THIẾT BỊ"], Some(Level::Confidential)),
        (&["TỐI"], Some(Level::Secret)),
        (&["T U Y Ệ T"], Some(Level::TopSecret)),
    ] {
        let before = before.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(marking(&[PageLine { text: "MẬT".into(), before }]), level);
    }
}

#[test]
fn the_highest_level_of_a_page_counts() {
    let lines = ["MẬT", "TUYỆT MẬT", "TỐI MẬT"].map(PageLine::alone);
    assert_eq!(marking(&lines), Some(Level::TopSecret));
}
