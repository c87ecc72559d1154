//! Where the buyer goes on: a form to be sent to, a code to be shown, a question to be answered.

use super::object::object;
use crate::time::WireTime;

object! {
    /// Where to send the buyer.
    RedirectActionForm {
        [
            /// `GET` or `POST`.
            method: String,
            redirect_url: String,
        ]
        /// JSON text, only with POST.
        parameters: String,
        action_form_type: String,
    }
}

object! {
    /// Codes that the shop shows to the buyer.
    OrderCodeForm {
        payment_method_type: String,
        expire_time: WireTime,
        code_details: Vec<CodeDetail>,
        extend_info: String,
    }
}

object! {
    /// One code, in one form of display.
    CodeDetail {
        [
            code_value: String,
            /// `TEXT`, `SMALLIMAGE`, `MIDDLEIMAGE` or `BIGIMAGE`.
            display_type: String,
        ]
        code_value_type: String,
    }
}

object! {
    /// What the buyer is asked for.
    ChallengeActionForm {
        challenge_type: String,
        challenge_render_value: String,
        trigger_source: String,
        extend_info: String,
    }
}
