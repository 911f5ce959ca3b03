//! The papers of one agenda item: rows to read, and for the secretariat adding, renaming, withdrawing. What is
//! classified never comes here: a neutral line stands in its place.

use domain::error::{Failure, Refusal};
use domain::ids::{AgendaItemId, PaperId};
use domain::papers::{Level, Paper, PaperLine, Unread, WithdrawnPaper, may_be_restored};
use leptos::prelude::*;
use leptos_meta::Script;
use server_fn::ServerFn;

use super::desk::Desk;
use super::roll_calls::{NeutralLine, RenamePaper, RestorePaper, WithdrawPaper};
use super::step::Step;
use super::words;
use crate::session::with_page;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Icon, hydrated, rows};

/// The papers of an item, nothing when there are none.
pub(super) fn papers(desk: Desk, held: Memo<Vec<PaperLine>>, manages: bool) -> impl IntoView {
    let is_any = Memo::new(move |_| held.with(|held| !held.is_empty()));
    let ids = move || held.with(|held| held.iter().map(|line| line.id().0).collect());
    let drawn = move |id| {
        let id = PaperId(id);
        let is_on_paper = Memo::new(move |_| held.with(|held| held.contains(&PaperLine::OnPaper { id })));
        let of = move || match is_on_paper.get() {
            true => neutral(desk, id.to_string(), manages).into_any(),
            false => row(desk, paper(held, id), id, manages).into_any(),
        };
        of.into_any()
    };
    move || is_any.get().then(|| view! { <div class="papers">{rows(ids, drawn)}</div> })
}

/// A paper; as it was last while its row is on its way out.
fn paper(held: Memo<Vec<PaperLine>>, id: PaperId) -> Memo<Paper> {
    Memo::new(move |last: Option<&Paper>| {
        let now = held.with(|held| {
            held.iter().find_map(|line| match line {
                PaperLine::Paper(paper) if paper.id == id => Some(paper.clone()),
                _ => None,
            })
        });
        now.or_else(|| last.cloned()).expect("a row is drawn for a paper that is there")
    })
}

fn row(desk: Desk, paper: Memo<Paper>, id: PaperId, manages: bool) -> impl IntoView {
    let is_read = Memo::new(move |_| paper.with(|paper| paper.is_read));
    let title = Memo::new(move |_| paper.with(|paper| paper.title.clone()));
    let unread = move || (!is_read.get()).then(|| view! { <span class="vh">{t(PAPER_UNREAD)}": "</span> });
    view! {
        <div class="papers__row">
            <a class="paper" class:is-unread=move || !is_read.get() href=format!("/papers/{id}")>
                <Icon name="file-text"/>
                <span>
                    <span class="paper__t">{unread}{title}</span>
                    <span class="paper__m">{move || paper.with(measure)}</span>
                </span>
                {move || paper.with(state)}
            </a>
            {manages.then(|| menu(desk, id.to_string(), title))}
        </div>
    }
}

/// Pages, size, which version it is, and the declaration under which it was accepted.
fn measure(paper: &Paper) -> impl IntoView + use<> {
    let pages = match (paper.pages, paper.unread) {
        (Some(pages), _) => tf(AGENDA_PAGES, &[("n", &pages)]),
        (None, Some(Unread::Locked)) => t(AGENDA_LOCKED).to_owned(),
        (None, Some(Unread::Damaged)) => t(AGENDA_DAMAGED).to_owned(),
        (None, _) => t(AGENDA_PAGES_UNKNOWN).to_owned(),
    };
    let version =
        (paper.version > 1).then(|| view! { <span>{tf(AGENDA_VERSION, &[("n", &paper.version)])}</span> });
    let declaration = paper.declaration.as_ref().map(|declaration| {
        let time = text::moment(words::local(declaration.at));
        tf(AGENDA_DECLARED, &[("name", &declaration.by), ("time", &time)])
    });
    view! {
        <span>{pages}</span>
        <span>{text::bytes(paper.bytes)}</span>
        {version}
        {declaration.map(|said| view! { <span>{said}</span> })}
    }
}

/// Whether the caller has read it.
fn state(paper: &Paper) -> impl IntoView + use<> {
    if paper.is_read {
        view! { <span class="paper__s"><Icon name="circle-check"/>{t(PAPER_READ)}</span> }.into_any()
    } else if paper.version > 1 {
        view! { <span class="paper__s paper__s--new"><Icon name="history"/>{t(PAPER_NEW_VERSION)}</span> }
            .into_any()
    } else {
        view! { <span class="paper__s paper__s--new" aria-hidden="true"><Icon name="circle-dot"/>{t(PAPER_UNREAD)}</span> }
            .into_any()
    }
}

fn neutral(desk: Desk, id: String, manages: bool) -> impl IntoView {
    let remove = manages.then(|| {
        view! {
            <Step desk path=WithdrawPaper::PATH class="papers__act">
                <input r#type="hidden" name="id" value=desk.id.to_string()/>
                <input r#type="hidden" name="paper" value=id/>
                <button class="btn btn--icon" aria-label=t(AGENDA_REMOVE_NEUTRAL) title=t(AGENDA_REMOVE_NEUTRAL)>
                    <Icon name="x"/>
                </button>
            </Step>
        }
    });
    view! {
        <div class="papers__row">
            <div class="paper paper--none"><Icon name="lock"/><span>{t(PAPER_ON_PAPER)}</span></div>
            {remove}
        </div>
    }
}

/// Renaming and withdrawing, behind one button.
fn menu(desk: Desk, id: String, title: Memo<String>) -> impl IntoView {
    let (field, same_id) = (format!("title-{id}"), id.clone());
    let same_field = field.clone();
    let is_back = desk.typed("paper") == id;
    let name = move || if is_back { desk.typed("title") } else { title.get() };
    let label = move || tf(AGENDA_PAPER_MENU, &[("title", &title.get())]);
    view! {
        <details class="menu menu--end papers__act" open=is_back>
            <summary class="btn btn--icon" aria-label=label>
                <Icon name="ellipsis"/>
            </summary>
            <div class="menu__pop menu__pop--form">
                <Step desk path=RenamePaper::PATH class="stack stack--s">
                    <input r#type="hidden" name="id" value=desk.id.to_string()/>
                    <input r#type="hidden" name="paper" value=same_id/>
                    <div class="field">
                        <label for=same_field>{t(AGENDA_PAPER_TITLE)}</label>
                        <input class="input" id=field name="title" value=name required=true/>
                    </div>
                    <button class="btn btn--secondary">{t(AGENDA_RENAME)}</button>
                </Step>
                <hr/>
                // Asks before it withdraws, without script too.
                <details class="more">
                    <summary>{t(AGENDA_WITHDRAW)}</summary>
                    <Step desk path=WithdrawPaper::PATH class="stack stack--s">
                        <input r#type="hidden" name="id" value=desk.id.to_string()/>
                        <input r#type="hidden" name="paper" value=id/>
                        <p>{move || tf(AGENDA_WITHDRAW_ASK, &[("title", &title.get())])}</p>
                        <p class="hint">{t(AGENDA_WITHDRAW_HINT)}</p>
                        <button class="btn btn--danger">{t(AGENDA_WITHDRAW_YES)}</button>
                    </Step>
                </details>
            </div>
        </details>
    }
}

/// The papers of an item that were withdrawn, and the way back as long as there is one.
pub(super) fn withdrawn(desk: Desk, gone: Memo<Vec<WithdrawnPaper>>) -> impl IntoView {
    let row = move |paper: WithdrawnPaper| {
        let time = text::moment(words::local(paper.at));
        let said = tf(AGENDA_WITHDRAWN, &[("time", &time), ("title", &paper.title)]);
        let label = tf(AGENDA_RESTORE_LABEL, &[("title", &paper.title)]);
        let id = paper.id.to_string();
        let may = Memo::new(move |_| may_be_restored(paper.at, desk.now.get()));
        let restore = move || {
            let (id, label) = (id.clone(), label.clone());
            may.get().then(|| {
                view! {
                    <Step desk path=RestorePaper::PATH class="papers__act">
                        <input r#type="hidden" name="id" value=desk.id.to_string()/>
                        <input r#type="hidden" name="paper" value=id/>
                        <button class="btn btn--quiet btn--sm" aria-label=label>
                            <Icon name="undo-2"/>{t(AGENDA_RESTORE)}
                        </button>
                    </Step>
                }
            })
        };
        view! {
            <div class="papers__row">
                <div class="paper paper--none"><Icon name="file-x"/><span>{said}</span></div>
                {restore}
            </div>
        }
    };
    move || {
        let gone = gone.get();
        (!gone.is_empty())
            .then(|| view! { <div class="papers">{gone.into_iter().map(row).collect_view()}</div> })
    }
}

/// Around all places that papers are added at: the script that sends them, and its words, once.
pub(super) fn adding(agenda: AnyView) -> impl IntoView {
    let (script, most) = with_page(|page| (page.assets.upload.clone(), page.upload.0));
    let script = (!script.is_empty()).then(|| view! { <Script type_="module" src=script/> });
    view! {
        {script}
        <div
            data-max-bytes=(most * 1024 * 1024).to_string()
            data-t-drop=t(AGENDA_UPLOAD_DROP)
            data-t-choose=t(AGENDA_UPLOAD_CHOOSE)
            data-t-waiting=t(AGENDA_UPLOAD_WAITING)
            data-t-sending=t(AGENDA_UPLOAD_SENDING)
            data-t-done=t(AGENDA_UPLOAD_DONE)
            data-t-cancel=t(AGENDA_UPLOAD_CANCEL)
            data-t-retry=t(AGENDA_UPLOAD_RETRY)
            data-t-remove=t(AGENDA_UPLOAD_REMOVE)
            data-t-cancelled=t(AGENDA_UPLOAD_CANCELLED)
            data-t-refused=t(AGENDA_UPLOAD_REFUSED)
            data-t-offline=t(AGENDA_UPLOAD_OFFLINE)
            data-t-changed=t(AGENDA_UPLOAD_CHANGED)
            data-t-again=t(AGENDA_UPLOAD_AGAIN)
            data-t-too-big=tf(AGENDA_UPLOAD_TOO_BIG, &[("most", &most), ("name", &"{name}")])
            data-t-finished=t(AGENDA_UPLOAD_FINISHED)
            data-t-some-refused=t(AGENDA_UPLOAD_SOME_REFUSED)
            data-t-reload=t(AGENDA_UPLOAD_RELOAD)
            data-t-strip=t(AGENDA_UPLOAD_STRIP)
            data-t-strip-sending=t(AGENDA_UPLOAD_STRIP_SENDING)
            data-t-strip-failed=t(AGENDA_UPLOAD_STRIP_FAILED)
            data-t-strip-back=t(AGENDA_UPLOAD_STRIP_BACK)
            data-t-strip-drop=t(AGENDA_UPLOAD_STRIP_DROP)
            data-t-declare=t(AGENDA_DECLARE)
            data-t-declare-send=t(AGENDA_DECLARE_SEND)
        >
            {agenda}
        </div>
    }
}

/// Adding papers to an item. A classified level leaves the neutral line and sends no file.
pub(super) fn add(desk: Desk, item: AgendaItemId, title: Memo<String>) -> impl IntoView {
    let level = RwSignal::new(Level::Open);
    let is_hydrated = hydrated();
    let item_id = item.to_string();
    let is_neutral = move || is_hydrated.get() && level.get() != Level::Open;
    let instead = {
        let item_id = item_id.clone();
        move || is_neutral().then(|| instead_of_a_file(desk, item_id.clone(), level))
    };
    view! {
        <details class="more">
            <summary><Icon name="plus"/>{t(AGENDA_ADD_PAPERS)}<span class="vh">": "{title}</span></summary>
            <div class="stack stack--s">
                {levels(&item_id, level)}
                // Files that are already on their way stay in sight, so that they can be stopped.
                <div class="upload-form" class:is-closed=is_neutral>{upload(desk, &item_id)}</div>
                {instead}
            </div>
        </details>
    }
}

fn upload(desk: Desk, item: &str) -> impl IntoView + use<> {
    let field = format!("file-{item}");
    view! {
        <paper-upload
            on:uploaded=move |event: leptos::ev::Event| arrived(desk, &event)
            on:signedout=move |_: leptos::ev::Event| desk.failure.set(Some(Failure::SignedOut))
        >
            <form
                class="stack stack--s"
                id=form_id(item)
                method="post"
                action=format!("/meetings/{}/papers", desk.id)
                enctype="multipart/form-data"
            >
                <input r#type="hidden" name="item" value=item.to_owned()/>
                <div class="field" data-plain="">
                    <label for=field.clone()>{t(AGENDA_FILES)}</label>
                    <input class="input" id=field r#type="file" name="file" multiple=true accept="application/pdf" data-plain=""/>
                </div>
                <label class="tick" data-plain="">
                    <input r#type="checkbox" name="declared" value="yes"/>
                    {t(AGENDA_DECLARE_BEFORE)}
                </label>
                <button class="btn btn--secondary" r#type="submit" data-plain="">{t(AGENDA_UPLOAD)}</button>
            </form>
        </paper-upload>
    }
}

/// Shown after a plain form was refused because something must be asked about a file: the answer with which the same
/// file is accepted, without sending it again.
pub(super) fn declaring(desk: Desk, failure: &Failure) -> Option<AnyView> {
    let (kept, answer) = match failure {
        Failure::Refused(Refusal::FirstPageUnread { kept, .. }) => {
            let tick = view! {
                <label class="tick">
                    <input r#type="checkbox" name="declared" value="yes" required=true/>
                    {t(AGENDA_DECLARE)}
                </label>
                <button class="btn btn--secondary">{t(AGENDA_DECLARE_SEND)}</button>
            };
            (kept, tick.into_any())
        }
        Failure::Refused(Refusal::SamePaper { kept, .. }) => {
            let again = view! {
                <input r#type="hidden" name="again" value="yes"/>
                <button class="btn btn--secondary">{t(AGENDA_UPLOAD_AGAIN)}</button>
            };
            (kept, again.into_any())
        }
        _ => return None,
    };
    let form = view! {
        <form
            class="stack stack--s"
            method="post"
            action=format!("/meetings/{}/papers", desk.id)
            enctype="multipart/form-data"
        >
            <input r#type="hidden" name="kept" value=kept.to_string()/>
            {answer}
        </form>
    };
    Some(form.into_any())
}

/// Papers have arrived: the agenda learns of them where it stands. Loading the page anew would undo what is being entered
/// elsewhere on it.
#[cfg(feature = "hydrate")]
fn arrived(desk: Desk, event: &leptos::ev::Event) {
    event.prevent_default();
    desk.refresh();
}

#[cfg(not(feature = "hydrate"))]
fn arrived(_: Desk, _: &leptos::ev::Event) {}

fn form_id(item: &str) -> String {
    format!("add-{item}")
}

/// The levels stand beside the form, not in it, so that they stay when a classified one hides it.
fn levels(item: &str, level: RwSignal<Level>) -> impl IntoView + use<> {
    let form = form_id(item);
    let options = words::LEVELS
        .into_iter()
        .map(|option| {
            let choose = move |_| level.set(option);
            view! {
                <label>
                    <input
                        r#type="radio"
                        name="level"
                        form=form.clone()
                        value=option.code()
                        checked=option == Level::Open
                        prop:checked=move || level.get() == option
                        on:change=choose
                    />
                    {words::level(option)}
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend>{t(AGENDA_LEVEL)}</legend>
            <div class="seg">{options}</div>
        </fieldset>
    }
}

/// What a classified level leads to: the neutral line, and the way back.
fn instead_of_a_file(desk: Desk, item: String, level: RwSignal<Level>) -> impl IntoView {
    let done = Callback::new(move |()| {
        level.try_set(Level::Open);
    });
    view! {
        <Step desk path=NeutralLine::PATH class="stack stack--s" done>
            <input r#type="hidden" name="id" value=desk.id.to_string()/>
            <input r#type="hidden" name="item" value=item/>
            <p role="status">{t(AGENDA_CLASSIFIED)}</p>
            <button class="btn btn--secondary"><Icon name="lock"/>{t(AGENDA_LEAVE_NEUTRAL)}</button>
        </Step>
    }
}
