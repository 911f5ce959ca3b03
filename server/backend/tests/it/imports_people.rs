//! People from files: first passwords, and roles in other agencies.

use domain::access::Role;
use domain::accounts::{Accounts, Duty, Weakness};
use domain::error::{Failure, Problem, Refusal};
use domain::imports::ImportKind;
use domain::people::People;

use crate::imports::{TREE, bad, cells, import, named, written};
use crate::support::each_database;

#[tokio::test]
async fn people_get_a_first_password_once_and_keep_it() {
    each_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let file = "user_name,name,position,agency,roles,password\n\
            tk1,Thư ký 1,Chuyên viên,SNV,secretary|delegate,\n\
            GD,Giám đốc,Giám đốc,SNV,leader,mat-khau-dai-1\n";
        let report = import(world, &world.system(), ImportKind::People, file).await.unwrap();
        assert_eq!((report.added, report.passwords.len(), report.is_written), (2, 1, true));
        let (user_name, made) = &report.passwords[0];
        for (user_name, password) in [(user_name.as_str(), made.as_str()), ("gd", "mat-khau-dai-1")] {
            let token =
                Accounts::sign_in(&world.backend, user_name, password, false, "", "", world.now).await;
            let waiting = Accounts::identify(&world.backend, &token.unwrap().token, world.now).await;
            let duty = Duty::ChangePassword;
            assert_eq!(waiting, Err(Failure::Refused(Refusal::DutyFirst { duty })));
        }
        assert_eq!(written(world, ImportKind::People, file).await, [2, 0, 0, 2]);
        let moved = "user_name,name,position,agency,roles\ntk1,Thư ký 1,Chuyên viên,UBND,delegate\n";
        assert_eq!(written(world, ImportKind::People, moved).await, [1, 0, 1, 0]);
        let page = People::list(&world.backend, &world.system(), None, "tk1", 1).await.unwrap();
        let [(role, agency)] = &page.rows[0].roles[..] else { panic!("one role") };
        assert_eq!((*role, agency.short_name.as_str()), (Role::Delegate, "UBND tỉnh"));
        Accounts::sign_in(&world.backend, user_name, made, false, "", "", world.now).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_file_gives_roles_in_other_agencies_and_is_the_word_on_all_of_them() {
    each_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let header = "user_name,name,position,agency,roles\n";
        let person = |roles: &str| format!("{header}tk1,Thư ký 1,Chuyên viên,SNV,{roles}\n");
        assert_eq!(
            bad(world, ImportKind::People, &person("secretary@NONE")).await,
            named(&[(2, "roles", Problem::NoSuchCode { like: String::new() })])
        );
        let wider = person("secretary@UBND|delegate");
        assert_eq!(written(world, ImportKind::People, &wider).await, [1, 1, 0, 0]);
        assert_eq!(written(world, ImportKind::People, &wider).await, [1, 0, 0, 1]);
        let roles = async || {
            let page = People::list(&world.backend, &world.system(), None, "tk1", 1).await.unwrap();
            let roles = page.rows[0].roles.iter();
            roles.map(|(role, agency)| format!("{}@{}", role.code(), agency.code)).collect::<Vec<_>>()
        };
        assert_eq!(roles().await, ["secretary@UBND", "delegate@SNV"]);
        // Whoever manages the person's agency alone neither gives such a role nor takes it, and need not know of it.
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        let same = import(world, &administrator, ImportKind::People, &person("delegate")).await.unwrap();
        assert_eq!((same.bad_rows, same.unchanged), (0, 1));
        let new = wider.replace("tk1", "tk2");
        let above = import(world, &administrator, ImportKind::People, &new).await.unwrap();
        assert_eq!(cells(above), named(&[(2, "roles", Problem::NotYours)]));
        assert_eq!(roles().await, ["secretary@UBND", "delegate@SNV"]);
        assert_eq!(written(world, ImportKind::People, &person("delegate")).await, [1, 0, 1, 0]);
        assert_eq!(roles().await, ["delegate@SNV"]);
    })
    .await;
}

#[tokio::test]
async fn a_file_of_people_is_checked_before_any_password_is_made() {
    each_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let rows = (0..2_001).map(|n| format!("nguoi.{n},Người {n},,SNV\n"));
        let many = format!("user_name,name,position,agency\n{}", rows.collect::<String>());
        assert_eq!(
            bad(world, ImportKind::People, &many).await,
            named(&[(2_002, "", Problem::TooMany(2_000))])
        );
        let wrong = format!("{}zz,Người,,NOWHERE\n", many.replace("nguoi.2000,Người 2000,,SNV\n", ""));
        let report = import(world, &world.system(), ImportKind::People, &wrong).await.unwrap();
        assert_eq!((report.bad_rows, report.passwords.len()), (1, 0), "nobody was given a password");
        assert_eq!(world.count("person").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_file_whose_passwords_are_easily_guessed_is_refused_by_row() {
    each_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let file = "user_name,name,position,agency,roles,password\n\
            tk1,Thư ký 1,,SNV,,1234567890\n\
            nguyenthihoa,Nguyễn Thị Hoa,,SNV,,nguyenthihoa\n\
            gd,Giám đốc,,SNV,,mat-khau-dai-1\n";
        let weak = named(&[
            (2, "password", Problem::Weak(Weakness::Common)),
            (3, "password", Problem::Weak(Weakness::Own)),
        ]);
        assert_eq!(bad(world, ImportKind::People, file).await, weak);
        let report = import(world, &world.system(), ImportKind::People, file).await.unwrap();
        assert!(report.bad.iter().all(|row| row.value == "…"), "{:?}", report.bad);
        assert_eq!(world.count("person").await, 0);
        // An existing person keeps their password, so the file's password for them is not judged.
        let good = "user_name,name,position,agency,roles,password\ntk1,Thư ký 1,,SNV,,mat-khau-dai-1\n";
        written(world, ImportKind::People, good).await;
        let again = good.replace("mat-khau-dai-1", "1234567890");
        assert_eq!(written(world, ImportKind::People, &again).await, [1, 0, 0, 1]);
    })
    .await;
}
