//! The WebSocket of a page. Its events hold a weak hand on it, so that a page that is left takes its line along.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use domain::ids::MeetingId;
use domain::live::wire::BROKEN_CODE;
use leptos::leptos_dom::helpers::{
    IntervalHandle, TimeoutHandle, WindowListenerHandle, set_interval_with_handle, set_timeout_with_handle,
    window_event_listener_untyped,
};
use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{MessageEvent, WebSocket, js_sys};

use super::retry::{is_dead, pause};

/// A dead line is looked for so often.
const LOOKED_AT: Duration = Duration::from_secs(3);

/// So many attempts in a row are no accident: some seconds.
const FAILING: u32 = 3;

/// The line of a page. Dropped, it is closed for good.
pub struct Line(Rc<Inner>);

struct Inner {
    address: String,
    hear: Box<dyn Fn(&str)>,
    /// Called when several attempts in a row, or a silent one, have come to nothing.
    failing: Box<dyn Fn()>,
    socket: RefCell<Option<Socket>>,
    heard: Cell<f64>,
    /// How many sockets there were; what was said over an earlier one is not known over this.
    opened: Cell<u32>,
    failed: Cell<u32>,
    waiting: Cell<Option<TimeoutHandle>>,
    kept: RefCell<Option<(IntervalHandle, [WindowListenerHandle; 2])>>,
}

/// One attempt: the browser's socket and what hears of it.
struct Socket {
    socket: WebSocket,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _close: Closure<dyn FnMut()>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}

impl Line {
    /// Opens the line of a meeting; each text goes to `hear`. `failing` is called whenever [`FAILING`] attempts in a row came to
    /// nothing, and when one fell silent.
    pub fn open(meeting: MeetingId, hear: impl Fn(&str) + 'static, failing: impl Fn() + 'static) -> Line {
        let inner = Rc::new(Inner {
            address: format!("/meetings/{meeting}/socket"),
            hear: Box::new(hear),
            failing: Box::new(failing),
            socket: RefCell::default(),
            heard: Cell::new(0.0),
            opened: Cell::new(0),
            failed: Cell::new(0),
            waiting: Cell::default(),
            kept: RefCell::default(),
        });
        inner.connect();
        let looks = {
            let line = Rc::downgrade(&inner);
            set_interval_with_handle(move || with(&line, Inner::look), LOOKED_AT)
        };
        // A tablet that wakes up, or whose network is back, need not wait for the next attempt.
        let wakes = ["online", "visibilitychange"].map(|name| {
            let line = Rc::downgrade(&inner);
            window_event_listener_untyped(name, move |_| with(&line, Inner::wake))
        });
        if let Ok(looks) = looks {
            *inner.kept.borrow_mut() = Some((looks, wakes));
        }
        Line(inner)
    }

    /// Whether it stands.
    pub fn stands(&self) -> bool {
        self.0.stands()
    }

    /// Tells one socket of the line from the next.
    pub fn turn(&self) -> u32 {
        self.0.opened.get()
    }

    /// Says a text of the conversation; whether it could be said.
    pub fn pass(&self, text: &str) -> bool {
        let socket = self.0.socket.borrow();
        socket.as_ref().is_some_and(|at| self.0.stands() && at.socket.send_with_str(text).is_ok())
    }

    /// Closes the socket; another is opened as after any loss.
    pub fn begin_anew(&self) {
        if let Some(at) = self.0.socket.borrow().as_ref() {
            let _ = at.socket.close_with_code(BROKEN_CODE);
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some((looks, wakes)) = self.0.kept.borrow_mut().take() {
            looks.clear();
            wakes.into_iter().for_each(WindowListenerHandle::remove);
        }
        if let Some(waiting) = self.0.waiting.take() {
            waiting.clear();
        }
        *self.0.socket.borrow_mut() = None;
    }
}

fn with(line: &Weak<Inner>, does: impl FnOnce(&Rc<Inner>)) {
    if let Some(line) = line.upgrade() {
        does(&line);
    }
}

impl Inner {
    fn stands(&self) -> bool {
        let socket = self.socket.borrow();
        socket.as_ref().is_some_and(|at| at.socket.ready_state() == WebSocket::OPEN)
    }

    fn connect(self: &Rc<Inner>) {
        self.waiting.set(None);
        self.heard.set(js_sys::Date::now());
        self.opened.set(self.opened.get().wrapping_add(1));
        let Ok(socket) = WebSocket::new(&self.url()) else { return self.lost() };
        let line = Rc::downgrade(self);
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            with(&line, |line| {
                line.heard.set(js_sys::Date::now());
                line.failed.set(0);
                if let Some(text) = event.data().as_string() {
                    (line.hear)(&text);
                }
            });
        });
        let line = Rc::downgrade(self);
        let close = Closure::<dyn FnMut()>::new(move || with(&line, Inner::lost));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(close.as_ref().unchecked_ref()));
        *self.socket.borrow_mut() = Some(Socket { socket, _message: message, _close: close });
    }

    fn url(&self) -> String {
        let place = window().location();
        let scheme = if place.protocol().is_ok_and(|scheme| scheme == "https:") { "wss" } else { "ws" };
        format!("{scheme}://{}{}", place.host().unwrap_or_default(), self.address)
    }

    /// The attempt is over: another one, after a pause.
    fn lost(self: &Rc<Inner>) {
        let failed = self.failed.get();
        self.failed.set(failed.saturating_add(1));
        if failed % FAILING == FAILING - 1 {
            (self.failing)();
        }
        let milliseconds = pause(failed, js_sys::Math::random());
        let line = Rc::downgrade(self);
        let again = move || with(&line, Inner::connect);
        let waiting = set_timeout_with_handle(again, Duration::from_millis(milliseconds.into()));
        if let Some(before) = self.waiting.replace(waiting.ok()) {
            before.clear();
        }
    }

    fn look(self: &Rc<Inner>) {
        let is_waiting = self.waiting.take().inspect(|waiting| self.waiting.set(Some(*waiting))).is_some();
        if !is_waiting && is_dead(self.heard.get(), js_sys::Date::now()) {
            if let Some(at) = self.socket.borrow_mut().take() {
                let _ = at.socket.close_with_code(BROKEN_CODE);
            }
            // One silent attempt takes as long as several that are refused.
            if self.failed.get() % FAILING != FAILING - 1 {
                (self.failing)();
            }
            self.lost();
        }
    }

    fn wake(self: &Rc<Inner>) {
        if let Some(waiting) = self.waiting.take() {
            waiting.clear();
            self.failed.set(0);
            self.connect();
        }
        self.look();
    }
}
