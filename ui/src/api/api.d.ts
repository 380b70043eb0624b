// Made from openapi.json by `npm run api:types`; do not edit.

export interface paths {
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Accounts */
        get: operations["account_list"];
        put?: never;
        /** The wizard: an account with its capacity and administrator */
        post: operations["account_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One account */
        get: operations["account_get"];
        put?: never;
        post?: never;
        /** Delete an account that holds nothing */
        delete: operations["account_delete"];
        options?: never;
        head?: never;
        /** Change an account */
        patch: operations["account_edit"];
        trace?: never;
    };
    "/api/v1/accounts/{id}/authorization": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an enterprise lets those above it do */
        get: operations["account_authorized"];
        /** Set what those above may do */
        put: operations["account_authorize"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}/freeze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop an account and all below it */
        post: operations["account_freeze"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}/quota": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Capacity of an account */
        get: operations["quota_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the capacity of an account */
        patch: operations["quota_edit"];
        trace?: never;
    };
    "/api/v1/accounts/{id}/unfreeze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let an account go on */
        post: operations["account_unfreeze"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/tree": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tree below an account */
        get: operations["account_tree"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept an invitation */
        post: operations["activate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Operation log */
        get: operations["audit_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Operation log as xlsx, csv or json (format=) */
        get: operations["audit_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/captcha": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A proof of work */
        get: operations["captcha"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm another e-mail with its link */
        post: operations["email_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What changed, as server-sent events */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Mail log */
        get: operations["mail_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mail/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a letter again */
        post: operations["mail_resend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mail/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Mail server */
        get: operations["mail_settings"];
        /** Set the mail server */
        put: operations["mail_settings_edit"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mail/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a test letter */
        post: operations["mail_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Own profile */
        get: operations["me_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the own profile */
        patch: operations["me_edit"];
        trace?: never;
    };
    "/api/v1/me/email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for another e-mail; its link goes to the new address */
        post: operations["me_email"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept an invitation by its link while signed in */
        post: operations["me_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/recovery-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** New recovery codes */
        post: operations["me_recovery_codes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Own sessions */
        get: operations["me_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of the own sessions */
        delete: operations["me_session_end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a second factor */
        post: operations["me_totp"];
        /** Remove the second factor */
        delete: operations["me_totp_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take the second factor into use */
        post: operations["me_totp_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Own long work in the account */
        get: operations["operation_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/operations/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop own long work after its present step */
        post: operations["operation_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counts and health */
        get: operations["overview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password/change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the own password, or a temporary one with its ticket */
        post: operations["password_change"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password/forgot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a link for a new password */
        post: operations["password_forgot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set a password with a link */
        post: operations["password_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pbxs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** PBXs */
        get: operations["pbx_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pbxs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One PBX */
        get: operations["pbx_get"];
        put?: never;
        post?: never;
        /** Delete a PBX */
        delete: operations["pbx_delete"];
        options?: never;
        head?: never;
        /** Change a PBX */
        patch: operations["pbx_edit"];
        trace?: never;
    };
    "/api/v1/pbxs/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a waiting PBX in */
        post: operations["pbx_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pbxs/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuse a waiting PBX */
        post: operations["pbx_reject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pbxs/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Void the key of a PBX */
        post: operations["pbx_revoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pbxs/{id}/visits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Visit the web portal of a PBX */
        post: operations["visit_launch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pbxs/codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Authentication codes */
        get: operations["pbx_codes"];
        put?: never;
        /** Make an authentication code */
        post: operations["pbx_code_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pbxs/codes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Void an authentication code */
        delete: operations["pbx_code_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pbxs/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What to type at a PBX */
        get: operations["pbx_connect"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pbxs/pair": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Join two PBXs as a hot-standby pair */
        post: operations["pbx_pair"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pbxs/pair/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Part a hot-standby pair */
        delete: operations["pbx_unpair"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Accounts, people and PBXs by any word */
        get: operations["search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in */
        get: operations["session_get"];
        put?: never;
        /** Sign in with a password */
        post: operations["session_sign_in"];
        /** Sign out */
        delete: operations["session_sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in: the second factor */
        post: operations["session_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/step-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Type the password again before something grave */
        post: operations["session_step_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/switch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Work in another account */
        post: operations["session_switch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/touch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The person is active */
        post: operations["session_touch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the wizard begins with */
        get: operations["setup_start"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup/apply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Open the new listeners and wait for the browser there */
        post: operations["setup_apply"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Check a step without changing anything */
        post: operations["setup_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm from the new address; stores everything */
        post: operations["setup_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup/mail-test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a test mail with the typed settings */
        post: operations["setup_mail_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup/recovery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a recovery passphrase, or check a recipient */
        post: operations["setup_recovery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the setup stands */
        get: operations["setup_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a secret for the operator's authenticator */
        post: operations["setup_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a page needs before sign-in */
        get: operations["state"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The appliance itself */
        get: operations["system"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Backups on this host */
        get: operations["backup_list"];
        put?: never;
        /** Make a backup */
        post: operations["backup_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/certificates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Certificates */
        get: operations["certificates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/clock/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Believe the clock */
        post: operations["clock_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/doctor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Look at ports, names, clock, disk, certificates, backup and mail */
        get: operations["doctor"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/recovery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** For whom backups hold the master key */
        get: operations["recovery"];
        /** Set for whom backups hold the master key */
        put: operations["recovery_set"];
        /** Make a passphrase and its sheet; it counts once it is put */
        post: operations["recovery_make"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/restore/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm that this restored appliance is the one in use */
        post: operations["restore_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Names, ports and addresses in force */
        get: operations["settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a link is for */
        get: operations["token_info"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{token}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask the inviter for a new link */
        post: operations["token_resend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** People */
        get: operations["user_list"];
        put?: never;
        /** Invite a person */
        post: operations["user_invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a person out of an account */
        delete: operations["user_remove"];
        options?: never;
        head?: never;
        /** Change a person's role */
        patch: operations["user_edit"];
        trace?: never;
    };
    "/api/v1/users/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send the activation again; the old link dies */
        post: operations["user_resend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reset a person's password */
        post: operations["user_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/visits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Live visits */
        get: operations["visit_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/visits/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a visit */
        delete: operations["visit_end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/visits/probe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where to look for the visit zone */
        get: operations["visit_probe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AccountAddInBody: {
            account: components["schemas"]["AccountFields"];
            admin?: components["schemas"]["AccountAdmin"];
            /** @enum {string} */
            kind: "channel" | "enterprise";
            /** Format: int64 */
            min_ext?: number;
            /** @description the acting account when empty */
            parent?: string;
            /** @description kind: amount, null for unlimited */
            quota?: {
                [key: string]: number | null;
            };
        };
        AccountAdmin: {
            email: string;
            first: string;
            lang?: string;
            last: string;
            phone?: string;
        };
        AccountDetail: {
            /** Format: date-time */
            activated_at: string | null;
            chain: components["schemas"]["Named"][];
            /** Format: date-time */
            changed_at: string;
            contact: string;
            country: string;
            /** Format: date-time */
            created_at: string;
            email: string;
            frozen?: components["schemas"]["Tenant_Freeze"];
            /** @description the account above that is frozen */
            frozen_at?: components["schemas"]["Named"];
            id: string;
            /** @enum {string} */
            kind: "operator" | "channel" | "enterprise";
            lang: string;
            master: boolean;
            /** @description what the caller may do here */
            may: string[];
            may_add_channels: boolean;
            name: string;
            note: string;
            /** @description the enterprise for its channel's own devices */
            own: boolean;
            /** @description the next level below the viewer that the account belongs to */
            owner: components["schemas"]["Named"];
            parent: string;
            /**
             * Format: int64
             * @description in the account and below it
             */
            pbxs: number;
            permission: string;
            realm: string;
            realm_suffix: string;
            /** @enum {string} */
            state: "active" | "frozen" | "unactivated";
            time_zone: string;
            /**
             * Format: int64
             * @description in the account itself
             */
            users: number;
            /** Format: int64 */
            ver: number;
        };
        AccountFields: {
            contact?: string;
            country?: string;
            lang?: string;
            may_add_channels?: boolean;
            name: string;
            note?: string;
            permission?: string;
            time_zone?: string;
        };
        AccountMade: {
            account?: components["schemas"]["AccountDetail"];
            activation?: components["schemas"]["Activation"];
            review?: components["schemas"]["AccountReview"];
        };
        AccountNode: {
            /** Format: int64 */
            children: number;
            id: string;
            kind: string;
            name: string;
            own: boolean;
            parent: string;
            state: string;
        };
        AccountPatchInBody: {
            contact?: string;
            country?: string;
            email?: string;
            lang?: string;
            may_add_channels?: boolean;
            name?: string;
            note?: string;
            realm_suffix?: string;
            time_zone?: string;
        };
        AccountRef: {
            id: string;
            /** @enum {string} */
            kind: "operator" | "channel" | "enterprise";
            name: string;
        };
        AccountReview: {
            account: components["schemas"]["AccountFields"];
            admin?: components["schemas"]["AccountAdmin"];
            /** @enum {string} */
            kind: "channel" | "enterprise";
            /** @description the activation goes by mail; else its link is shown once */
            mail: boolean;
            parent: components["schemas"]["Named"];
            quota: components["schemas"]["ReviewLine"][];
            /** @description empty: it is made when the account is saved */
            realm: string;
            warnings: string[];
        };
        AccountRow: {
            /** Format: date-time */
            created_at: string;
            id: string;
            /** @enum {string} */
            kind: "operator" | "channel" | "enterprise";
            name: string;
            /** @description the enterprise for its channel's own devices */
            own: boolean;
            /** @description the next level below the viewer that the account belongs to */
            owner: components["schemas"]["Named"];
            parent: string;
            /**
             * Format: int64
             * @description in the account and below it
             */
            pbxs: number;
            realm: string;
            /** @enum {string} */
            state: "active" | "frozen" | "unactivated";
            /**
             * Format: int64
             * @description in the account itself
             */
            users: number;
            /** Format: int64 */
            ver: number;
        };
        AccountTree: {
            items: components["schemas"]["AccountNode"][];
        };
        Acting: {
            account: components["schemas"]["ActingAccount"];
            membership: string;
        };
        ActingAccount: {
            /** @description from the operator down to the account */
            chain: components["schemas"]["Named"][];
            id: string;
            /** @enum {string} */
            kind: "operator" | "channel" | "enterprise";
            name: string;
            time_zone: string;
        };
        ActivateInBody: {
            first?: string;
            last?: string;
            password: string;
            token: string;
        };
        Activation: {
            /** Format: date-time */
            ends: string;
            link?: string;
            mailed: boolean;
        };
        AuditRow: {
            account: components["schemas"]["Named"];
            action: string;
            /** Format: date-time */
            at: string;
            code: string;
            detail?: {
                [key: string]: string;
            };
            id: string;
            ip: string;
            object: components["schemas"]["Thing"];
            reason: string;
            request: string;
            /** @enum {string} */
            result: "ok" | "refused" | "failed";
            /** @description part of the signed tree already */
            sealed: boolean;
            /** @description log in as: whose rights were used */
            subject?: components["schemas"]["Person"];
            user: components["schemas"]["Person"];
            user_agent: string;
        };
        Authorization: {
            /** Format: date-time */
            at: string | null;
            by: string;
            by_label: string;
            /** @description features that can be named */
            choices: string[];
            extend: boolean;
            /** @description when not full; none: nothing */
            features: string[];
            /** Format: date-time */
            from: string | null;
            full: boolean;
            /** @description empty in force, revoked */
            state: string;
            /**
             * Format: date-time
             * @description null: no end
             */
            to: string | null;
            /** Format: int64 */
            ver: number;
        };
        AuthorizationInBody: {
            extend?: boolean;
            features?: string[] | null;
            full: boolean;
            /** Format: date-time */
            to?: string;
        };
        Backup: {
            error?: string;
            id: string;
            kind: string;
            /** Format: date-time */
            made: string;
            name: string;
            /** Format: int64 */
            rev: number;
            /** Format: int64 */
            rows: number;
            secrets: boolean;
            /** Format: int64 */
            size: number;
            version: string;
        };
        Banner: {
            id: string;
            /** @enum {string} */
            level: "info" | "warn" | "error";
            params?: {
                [key: string]: string;
            };
            text_key: string;
        };
        Certificate: {
            /** Format: int64 */
            days_left: number;
            fingerprint: string;
            id: string;
            in_use: boolean;
            names: string[];
            /** Format: date-time */
            not_after: string;
            /** Format: date-time */
            not_before: string;
            pin: string;
            problem: string;
            /** Format: date-time */
            renew_at: string | null;
            subject: string;
        };
        Clock: {
            /** Format: date-time */
            mark: string;
            /** Format: date-time */
            now: string;
            reason: string;
            sure: boolean;
        };
        CodeInBody: {
            code: string;
        };
        Config_Settings: {
            /** Format: date-time */
            at: string;
            cert_mode: string;
            host: string;
            /** Format: int64 */
            http_port: number;
            /** Format: int64 */
            https_port: number;
            inside_addresses: string[] | null;
            installation: string;
            languages: string[] | null;
            public_addresses: string[] | null;
            /** Format: int64 */
            public_port?: number;
            /** Format: date-time */
            setup_at: string;
            /** Format: int64 */
            ver: number;
            /** Format: int64 */
            visit_first: number;
            /** Format: int64 */
            visit_last: number;
            visit_zone: string;
        };
        Doctor: {
            findings: components["schemas"]["Doctor_Finding"][];
            worst: string;
        };
        Doctor_Finding: {
            detail: string;
            fix?: string;
            id: string;
            level: string;
            title_key: string;
            value?: string;
        };
        EmailInBody: {
            email: string;
            password: string;
        };
        Fault_Field: {
            code: string;
            message: string;
            path: string;
        };
        Findings: {
            findings: components["schemas"]["Doctor_Finding"][];
        };
        ForgotInBody: {
            captcha: string;
            email: string;
        };
        FreezeInBody: {
            reason: string;
        };
        ID: {
            id: string;
        };
        Identity_Captcha: {
            challenge: string;
            /** Format: date-time */
            expires: string;
            /** Format: int64 */
            max: number;
            salt: string;
            signature: string;
        };
        Identity_Enrollment: {
            qr_svg: string;
            secret: string;
            uri: string;
        };
        Identity_Profile: {
            first?: string;
            lang?: string;
            last?: string;
            phone?: string;
            theme?: string;
            time_zone?: string;
        };
        Idle: {
            /** Format: int64 */
            idle_seconds: number;
        };
        InviteInBody: {
            /** @description the acting account when empty */
            account?: string;
            email: string;
            first?: string;
            lang?: string;
            last?: string;
            phone?: string;
            role: string;
        };
        InviteMade: {
            /** Format: date-time */
            ends: string;
            link?: string;
            mailed: boolean;
            user: components["schemas"]["UserRow"];
        };
        LinkInBody: {
            token: string;
        };
        LinkInfo: {
            account: string;
            email: string;
            /** Format: date-time */
            ends: string;
            /** @description the person has a password here already and types it to accept */
            existing: boolean;
            first: string;
            inviter: string;
            last: string;
            /** Format: int64 */
            min_password: number;
            purpose: string;
            /** @description who can send a new link; empty: Forgot password */
            resend_by: string;
            /** @enum {string} */
            state: "ok" | "expired" | "used";
        };
        ListAccountRow: {
            items: components["schemas"]["AccountRow"][];
            /** @description cursor of the next page, null at the end */
            next: string | null;
            /**
             * Format: int64
             * @description rows on all pages; -1: not counted
             */
            total: number;
        };
        ListAuditRow: {
            items: components["schemas"]["AuditRow"][];
            /** @description cursor of the next page, null at the end */
            next: string | null;
            /**
             * Format: int64
             * @description rows on all pages; -1: not counted
             */
            total: number;
        };
        ListBackup: {
            items: components["schemas"]["Backup"][];
            /** @description cursor of the next page, null at the end */
            next: string | null;
            /**
             * Format: int64
             * @description rows on all pages; -1: not counted
             */
            total: number;
        };
        ListCertificate: {
            items: components["schemas"]["Certificate"][];
            /** @description cursor of the next page, null at the end */
            next: string | null;
            /**
             * Format: int64
             * @description rows on all pages; -1: not counted
             */
            total: number;
        };
        ListMailRow: {
            items: components["schemas"]["MailRow"][];
            /** @description cursor of the next page, null at the end */
            next: string | null;
            /**
             * Format: int64
             * @description rows on all pages; -1: not counted
             */
            total: number;
        };
        ListOperation: {
            items: components["schemas"]["Operation"][];
            /** @description cursor of the next page, null at the end */
            next: string | null;
            /**
             * Format: int64
             * @description rows on all pages; -1: not counted
             */
            total: number;
        };
        ListPBXCode: {
            items: components["schemas"]["PBXCode"][];
            /** @description cursor of the next page, null at the end */
            next: string | null;
            /**
             * Format: int64
             * @description rows on all pages; -1: not counted
             */
            total: number;
        };
        ListPBXRow: {
            items: components["schemas"]["PBXRow"][];
            /** @description cursor of the next page, null at the end */
            next: string | null;
            /**
             * Format: int64
             * @description rows on all pages; -1: not counted
             */
            total: number;
        };
        ListSessionRow: {
            items: components["schemas"]["SessionRow"][];
            /** @description cursor of the next page, null at the end */
            next: string | null;
            /**
             * Format: int64
             * @description rows on all pages; -1: not counted
             */
            total: number;
        };
        ListUserRow: {
            items: components["schemas"]["UserRow"][];
            /** @description cursor of the next page, null at the end */
            next: string | null;
            /**
             * Format: int64
             * @description rows on all pages; -1: not counted
             */
            total: number;
        };
        ListVisitRow: {
            items: components["schemas"]["VisitRow"][];
            /** @description cursor of the next page, null at the end */
            next: string | null;
            /**
             * Format: int64
             * @description rows on all pages; -1: not counted
             */
            total: number;
        };
        Mail_Settings: {
            ca?: string;
            from: string;
            host: string;
            password?: string;
            /** Format: int64 */
            port: number;
            security: string;
            user?: string;
        };
        MailAnswer: {
            answer: string;
            ok: boolean;
        };
        MailRow: {
            account: components["schemas"]["Named"];
            /** @description what the server said */
            answer: string;
            /** Format: date-time */
            at: string;
            id: string;
            lang: string;
            /** Format: date-time */
            last: string | null;
            /** Format: date-time */
            next: string | null;
            /** @enum {string} */
            state: "queued" | "sent" | "deferred" | "refused";
            template: string;
            to: string;
            /** Format: int32 */
            tries: number;
        };
        MailSettings: {
            /** Format: date-time */
            at: string | null;
            ca: string;
            configured: boolean;
            from: string;
            has_password: boolean;
            host: string;
            /** Format: int64 */
            port: number;
            security: string;
            user: string;
            /** Format: int64 */
            ver: number;
        };
        MailSettingsBody: {
            ca?: string;
            from: string;
            host: string;
            /** @description left out: stays as it is */
            password?: string;
            /** Format: int64 */
            port: number;
            /** @enum {string} */
            security: "starttls" | "tls" | "none";
            user?: string;
        };
        MailTestInBody: {
            /** @description left out: the stored ones */
            settings?: components["schemas"]["MailSettingsBody"];
            to: string;
        };
        Me: {
            email: string;
            first: string;
            id: string;
            lang: string;
            last: string;
            mfa: boolean;
            phone: string;
            theme: string;
            time_zone: string;
            /** Format: int64 */
            ver: number;
        };
        Membership: {
            account: components["schemas"]["AccountRef"];
            frozen: boolean;
            id: string;
            role: string;
        };
        Named: {
            id: string;
            name: string;
        };
        Operation: {
            account?: string;
            cancel?: boolean;
            /** Format: date-time */
            created_at: string;
            /** Format: int32 */
            done: number;
            /** Format: date-time */
            ended_at: string;
            error?: string;
            /** Format: int32 */
            failed: number;
            id: string;
            kind: string;
            label: string;
            params?: {
                [key: string]: string;
            };
            /** Format: date-time */
            started_at: string;
            state: string;
            /** Format: int32 */
            total: number;
            user?: string;
            user_label?: string;
            /** Format: int64 */
            ver: number;
        };
        Overview: {
            /** @description accounts, users, pbxs, pbxs_connected, pbxs_awaiting, visits: those that the caller may view */
            counts: {
                [key: string]: number;
            };
            health: components["schemas"]["Doctor_Finding"][];
        };
        PasswordChangeInBody: {
            /** @description that was mailed, when the sign-in said mail_code */
            code?: string;
            new: string;
            old: string;
            /** @description of a sign-in with a temporary password */
            ticket?: string;
        };
        PasswordInBody: {
            password: string;
        };
        Pbx_Rival: {
            address: string;
            /** Format: date-time */
            at: string;
            machine_id: string;
            serial: string;
        };
        PbxApproveInBody: {
            /** @description of two machines with one identity, the one to keep */
            machine?: string;
        };
        PBXCode: {
            account: components["schemas"]["Named"];
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /** Format: date-time */
            ends: string;
            id: string;
            name: string;
            open: boolean;
            /** @description id of the PBX whose second half uses the code */
            pair_with: string;
            /** Format: date-time */
            used_at: string | null;
            /** @description id of the PBX */
            used_for: string;
        };
        PbxCodeInBody: {
            account: string;
            /** Format: date-time */
            ends?: string;
            name: string;
            /** @description id of the enrolled PBX whose second half uses the code */
            pair_with?: string;
        };
        PBXCodeMade: {
            code: string;
            /** Format: date-time */
            ends: string;
            id: string;
        };
        PBXConnect: {
            email: string;
            fingerprint_short: string;
            pin: string;
            /** Format: int64 */
            port: number;
            server: string;
        };
        PBXDetail: {
            account: components["schemas"]["Named"];
            address: string;
            carrier: string;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description when an enrolment that waits for approval dies
             */
            ends: string | null;
            enrolled_by: string;
            firmware: string;
            id: string;
            /** @description pin of the PBX's own key */
            key_pin: string;
            machine_id: string;
            model: string;
            name: string;
            pair?: components["schemas"]["PBXPair"];
            /** @description address of its web portal behind the connector */
            portal: string;
            portal_up: boolean;
            /** @description why the portal does not answer */
            problem: string;
            /** @description why the last link ended */
            reason: string;
            /** @description id of the enrolled PBX that this enrolment asks to re-key */
            replaces: string;
            rival?: components["schemas"]["Pbx_Rival"];
            /** Format: date-time */
            seen_at: string | null;
            serial: string;
            /** Format: date-time */
            since: string | null;
            split_brain: boolean;
            /** @enum {string} */
            state: "connected" | "disconnected" | "standby" | "awaiting" | "unknown" | "duplicate" | "revoked";
            /** Format: int64 */
            uptime_s: number;
            /** Format: int64 */
            ver: number;
            /** @description of the connector */
            version: string;
            vip: string;
            visit_allowed: boolean;
        };
        PbxEditInBody: {
            name?: string;
            visit_allowed?: boolean;
        };
        PBXPair: {
            id: string;
            /**
             * @description empty while not known
             * @enum {string}
             */
            live: "active" | "standby" | "";
            /**
             * @description fixed
             * @enum {string}
             */
            role: "primary" | "secondary";
        };
        PbxPairInBody: {
            primary: string;
            secondary: string;
            vip?: string;
        };
        PBXRow: {
            account: components["schemas"]["Named"];
            address: string;
            firmware: string;
            id: string;
            model: string;
            name: string;
            pair?: components["schemas"]["PBXPair"];
            serial: string;
            /** Format: date-time */
            since: string | null;
            /** @enum {string} */
            state: "connected" | "disconnected" | "standby" | "awaiting" | "unknown" | "duplicate" | "revoked";
            /** Format: int64 */
            uptime_s: number;
            /** Format: int64 */
            ver: number;
            /** @description of the connector */
            version: string;
        };
        Person: {
            id: string;
            label: string;
        };
        Problem: {
            /**
             * @description stable snake_case code
             * @example invalid
             */
            code: string;
            /** @description plain English for logs and API users */
            detail?: string;
            /** @description what the code needs to be explained */
            details?: {
                [key: string]: unknown;
            };
            /** @description refused inputs */
            errors?: components["schemas"]["Fault_Field"][];
            /** @description id of the request, for the log */
            request?: string;
            /**
             * Format: int64
             * @description seconds until a new try makes sense
             */
            retry_after?: number;
            /**
             * Format: int64
             * @description HTTP status
             */
            status: number;
            /** @description text of the status */
            title: string;
            /**
             * @description about:blank: the code says what happened
             * @example about:blank
             */
            type: string;
        };
        Proof: {
            /** Format: date-time */
            ends: string;
        };
        Quota_Effect: {
            account: string;
            /** Format: int64 */
            deficit?: number;
            /** Format: int64 */
            from: number;
            kind: string;
            name: string;
            /** Format: int64 */
            to: number;
        };
        QuotaChanged: {
            effects: components["schemas"]["Quota_Effect"][];
            view: components["schemas"]["QuotaView"];
        };
        QuotaInBody: {
            force?: boolean;
            /** Format: int64 */
            max_ext?: number;
            /** Format: int64 */
            min_ext?: number;
            reason?: string;
            /** @description kind: amount, null for unlimited */
            set?: {
                [key: string]: number | null;
            };
        };
        QuotaLine: {
            /**
             * Format: int64
             * @description promised to the accounts below
             */
            children: number;
            /** @enum {string} */
            class: "allocation" | "cap" | "consumable" | "flag";
            /** Format: int64 */
            deficit: number;
            /**
             * Format: int64
             * @description null: unlimited
             */
            granted: number | null;
            kind: string;
            /**
             * Format: int64
             * @description null: unlimited
             */
            left: number | null;
            /** @description the account has some that it could give */
            offered: boolean;
            unlimited: boolean;
            /**
             * Format: int64
             * @description held by the account's own objects
             */
            used: number;
        };
        QuotaView: {
            account: components["schemas"]["Named"];
            kinds: components["schemas"]["QuotaLine"][];
            /** Format: int64 */
            max_ext: number;
            /** Format: int64 */
            min_ext: number;
            /** Format: int64 */
            ver: number;
        };
        Recovery: {
            /** @description of the master key, as the sheet shows it */
            fingerprint: string;
            /**
             * @description empty when not set
             * @enum {string}
             */
            kind: "passphrase" | "key" | "recipient" | "";
            /** Format: date-time */
            made: string | null;
            /** @description age1… */
            recipient: string;
            set: boolean;
            /** Format: int64 */
            ver: number;
        };
        RecoveryCodes: {
            recovery_codes: string[];
        };
        RecoveryInBody: {
            /** @enum {string} */
            kind: "passphrase" | "age";
            passphrase?: string;
            recipient?: string;
        };
        RecoveryMade: {
            passphrase?: string;
            sheet: components["schemas"]["Setup_Sheet"];
        };
        ResetInBody: {
            password: string;
            token: string;
        };
        ReviewLine: {
            /**
             * Format: int64
             * @description null: unlimited
             */
            amount: number | null;
            kind: string;
            /**
             * Format: int64
             * @description what the giver has left; null: it has no limit
             */
            left_after: number | null;
        };
        SearchGroup: {
            items: components["schemas"]["SearchItem"][];
            /** @enum {string} */
            kind: "account" | "user" | "pbx";
        };
        SearchItem: {
            href: string;
            id: string;
            label: string;
            sub: string;
        };
        SearchResult: {
            groups: components["schemas"]["SearchGroup"][];
        };
        SessionRow: {
            account: components["schemas"]["Named"];
            /** Format: date-time */
            created_at: string;
            current: boolean;
            /** Format: date-time */
            ends_at: string;
            id: string;
            idle: boolean;
            ip: string;
            mfa: boolean;
            /** Format: date-time */
            seen_at: string;
            user_agent: string;
        };
        SessionView: {
            acting: components["schemas"]["Acting"];
            banners: components["schemas"]["Banner"][];
            /** Format: date-time */
            ends_at: string;
            id: string;
            /**
             * Format: int64
             * @description seconds until the page is covered
             */
            idle_seconds: number;
            mail_configured: boolean;
            may: string[];
            memberships: components["schemas"]["Membership"][];
            mfa_required: boolean;
            /**
             * Format: date-time
             * @description until then the password need not be typed again for what is grave
             */
            step_up_ends: string;
            user: components["schemas"]["Me"];
        };
        Setup_Certificate: {
            chain?: string;
            key?: string;
            mode: string;
        };
        Setup_Draft: {
            certificate: components["schemas"]["Setup_Certificate"];
            mail?: components["schemas"]["Mail_Settings"];
            names: components["schemas"]["Setup_Names"];
            operator: components["schemas"]["Setup_Operator"];
            recovery: components["schemas"]["Setup_Recovery"];
        };
        Setup_Enrolment: {
            qr_svg: string;
            secret: string;
            uri: string;
        };
        Setup_Handover: {
            /** Format: date-time */
            ends: string;
            handover_url: string;
        };
        Setup_Names: {
            host: string;
            /** Format: int64 */
            http_port: number;
            /** Format: int64 */
            https_port: number;
            inside_addresses: string[] | null;
            public_addresses: string[] | null;
            visit_zone: string;
        };
        Setup_Operator: {
            email: string;
            first: string;
            lang: string;
            last: string;
            organization: string;
            password: string;
            time_zone: string;
            totp?: components["schemas"]["Setup_TOTP"];
        };
        Setup_Recovery: {
            kind: string;
            passphrase?: string;
            recipient?: string;
        };
        Setup_Sheet: {
            created: string;
            fingerprint: string;
            host: string;
            how: string[] | null;
            installation: string;
            product: string;
        };
        Setup_TOTP: {
            code: string;
            secret: string;
        };
        SetupApplyInBody: {
            draft: components["schemas"]["Setup_Draft"];
        };
        SetupCheckInBody: {
            draft: components["schemas"]["Setup_Draft"];
            /** @enum {string} */
            step: "names" | "certificate" | "mail" | "recovery" | "operator" | "all";
        };
        SetupConfirmInBody: {
            ticket: string;
        };
        SetupDone: {
            recovery_codes: string[] | null;
            sign_in: string;
        };
        SetupMailInBody: {
            mail: components["schemas"]["Mail_Settings"];
            to: string;
        };
        SetupRecoveryInBody: {
            host?: string;
            /** @enum {string} */
            kind: "passphrase" | "age";
            recipient?: string;
        };
        SetupStart: {
            defaults: components["schemas"]["Setup_Draft"];
            /** Format: date-time */
            ends: string;
            fingerprint: string;
            interfaces: string[];
            version: string;
        };
        SetupStatus: {
            /** Format: date-time */
            ends?: string;
            /** @enum {string} */
            state: "open" | "waiting" | "done" | "closed" | "not_needed";
        };
        SetupTOTPInBody: {
            email: string;
        };
        SignedIn: {
            /** @description the change of the password needs the code that was mailed */
            mail_code?: boolean;
            /** @enum {string} */
            state: "ok" | "mfa" | "change_password";
            ticket?: string;
            /** Format: date-time */
            ticket_ends?: string;
        };
        SignInCodeInBody: {
            /** @description of the authenticator, or a recovery code */
            code: string;
            ticket: string;
        };
        SignInInBody: {
            captcha?: string;
            email: string;
            password: string;
        };
        State: {
            clock_unsure: boolean;
            languages: string[];
            /** Format: date-time */
            now: string;
            /** @description the appliance still has to be set up */
            setup: boolean;
            signed_in: boolean;
            version: string;
        };
        StepUpInBody: {
            /** @description of the authenticator, or a recovery code, where there is a second factor */
            code?: string;
            password: string;
        };
        SwitchInBody: {
            membership: string;
        };
        System: {
            clock: components["schemas"]["Clock"];
            fingerprint: string;
            host: string;
            /** @description came from a backup and waits to be confirmed */
            restored: boolean;
            /**
             * Format: int64
             * @description revision of the store
             */
            rev: number;
            /** Format: date-time */
            started_at: string;
            /** Format: int64 */
            streams: number;
            version: string;
        };
        Tenant_Freeze: {
            /** Format: date-time */
            at: string;
            by: string;
            by_label: string;
            reason: string;
        };
        Thing: {
            id: string;
            kind: string;
            label: string;
        };
        UserEditInBody: {
            role: string;
        };
        UserResetInBody: {
            /** @description a temporary password; left out: an activation link */
            password?: string;
        };
        UserRow: {
            account: components["schemas"]["Named"];
            /** Format: date-time */
            created_at: string;
            email: string;
            /**
             * Format: date-time
             * @description when an open invitation ends
             */
            ends: string | null;
            first: string;
            id: string;
            invited_by: string;
            /** @enum {string} */
            kind: "user" | "customer";
            lang: string;
            last: string;
            /** @description this account may reset the person's password */
            managed: boolean;
            mfa: boolean;
            phone: string;
            role: string;
            self: boolean;
            /** Format: date-time */
            signed_in_at: string | null;
            /** @enum {string} */
            state: "invited" | "active" | "expired";
            /** Format: int64 */
            ver: number;
        };
        VisitInBody: {
            probe_ok?: boolean;
            reason?: string;
        };
        VisitLaunched: {
            /** Format: date-time */
            expires: string;
            id: string;
            /** @enum {string} */
            mode: "host" | "port";
            url: string;
        };
        VisitProbe: {
            /** @description empty where there is no zone: visits get a port of their own */
            probe_url: string;
        };
        VisitRow: {
            account: components["schemas"]["Named"];
            /** Format: int64 */
            active_streams: number;
            /** Format: int64 */
            bytes_in: number;
            /** Format: int64 */
            bytes_out: number;
            /** Format: date-time */
            created_at: string;
            id: string;
            /** Format: date-time */
            idle_ends: string;
            ip: string;
            /** Format: date-time */
            last_activity: string;
            /** @enum {string} */
            mode: "host" | "port";
            /** @description the browser has arrived */
            open: boolean;
            own: boolean;
            pbx: components["schemas"]["Named"];
            reason: string;
            /** Format: int64 */
            requests: number;
            user: components["schemas"]["Person"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    account_list: {
        parameters: {
            query?: {
                /** @description next of the page before */
                after?: string;
                /** @description filter[column]=a,b: any of the values; filter[account] means this account and all below */
                filter?: {
                    [key: string]: string;
                };
                limit?: number;
                /** @description words, each of which must be in the row */
                q?: string;
                /** @description column, with - in front for descending */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListAccountRow"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    account_add: {
        parameters: {
            query?: {
                /** @description answer the review, keep nothing */
                dry_run?: boolean;
            };
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountAddInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountMade"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    account_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountDetail"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    account_delete: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    account_edit: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
                /** @description the version that the change is based on, as "7" */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountPatchInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountDetail"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    account_authorized: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Authorization"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    account_authorize: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
                /** @description the version that the change is based on, as "7" */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AuthorizationInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Authorization"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    account_freeze: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FreezeInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountDetail"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    quota_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    quota_edit: {
        parameters: {
            query?: {
                /** @description show the effects, keep nothing */
                dry_run?: boolean;
            };
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
                /** @description the version that the change is based on, as "7" */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuotaInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaChanged"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    account_unfreeze: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountDetail"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    account_tree: {
        parameters: {
            query?: {
                /** @description the acting account when empty */
                under?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountTree"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    activate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActivateInBody"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit_list: {
        parameters: {
            query?: {
                /** @description next of the page before */
                after?: string;
                /** @description filter[column]=a,b: any of the values; filter[account] means this account and all below */
                filter?: {
                    [key: string]: string;
                };
                limit?: number;
                /** @description words, each of which must be in the row */
                q?: string;
                /** @description column, with - in front for descending */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListAuditRow"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit_export: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    captcha: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Identity_Captcha"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    email_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkInBody"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    mail_list: {
        parameters: {
            query?: {
                /** @description next of the page before */
                after?: string;
                /** @description filter[column]=a,b: any of the values; filter[account] means this account and all below */
                filter?: {
                    [key: string]: string;
                };
                limit?: number;
                /** @description words, each of which must be in the row */
                q?: string;
                /** @description column, with - in front for descending */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListMailRow"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    mail_resend: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailRow"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    mail_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailSettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    mail_settings_edit: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
                /** @description the version that the change is based on, as "7" */
                "If-Match": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MailSettingsBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailSettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    mail_test: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MailTestInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailAnswer"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me_edit: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
                /** @description the version that the change is based on, as "7" */
                "If-Match": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Identity_Profile"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me_email: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmailInBody"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me_accept: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkInBody"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me_recovery_codes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me_sessions: {
        parameters: {
            query?: {
                /** @description next of the page before */
                after?: string;
                /** @description filter[column]=a,b: any of the values; filter[account] means this account and all below */
                filter?: {
                    [key: string]: string;
                };
                limit?: number;
                /** @description words, each of which must be in the row */
                q?: string;
                /** @description column, with - in front for descending */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListSessionRow"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me_session_end: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Identity_Enrollment"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me_totp_remove: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me_totp_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CodeInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    operation_list: {
        parameters: {
            query?: {
                /** @description next of the page before */
                after?: string;
                /** @description filter[column]=a,b: any of the values; filter[account] means this account and all below */
                filter?: {
                    [key: string]: string;
                };
                limit?: number;
                /** @description words, each of which must be in the row */
                q?: string;
                /** @description column, with - in front for descending */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListOperation"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operation_cancel: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    overview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    password_change: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChangeInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    password_forgot: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ForgotInBody"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    password_reset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetInBody"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pbx_list: {
        parameters: {
            query?: {
                /** @description next of the page before */
                after?: string;
                /** @description filter[column]=a,b: any of the values; filter[account] means this account and all below */
                filter?: {
                    [key: string]: string;
                };
                limit?: number;
                /** @description words, each of which must be in the row */
                q?: string;
                /** @description column, with - in front for descending */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListPBXRow"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pbx_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PBXDetail"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pbx_delete: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pbx_edit: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
                /** @description the version that the change is based on, as "7" */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PbxEditInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PBXDetail"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pbx_approve: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PbxApproveInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PBXDetail"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pbx_reject: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pbx_revoke: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PBXDetail"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    visit_launch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VisitInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VisitLaunched"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pbx_codes: {
        parameters: {
            query?: {
                /** @description next of the page before */
                after?: string;
                /** @description filter[column]=a,b: any of the values; filter[account] means this account and all below */
                filter?: {
                    [key: string]: string;
                };
                limit?: number;
                /** @description words, each of which must be in the row */
                q?: string;
                /** @description column, with - in front for descending */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListPBXCode"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pbx_code_add: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PbxCodeInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PBXCodeMade"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pbx_code_delete: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pbx_connect: {
        parameters: {
            query?: {
                /** @description account that the PBX shall belong to; the acting one when empty */
                account?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PBXConnect"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pbx_pair: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PbxPairInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ID"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pbx_unpair: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    search: {
        parameters: {
            query?: {
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchResult"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_code: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInCodeInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_step_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StepUpInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proof"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_switch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SwitchInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_touch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Idle"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setup_start: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetupStart"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setup_apply: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetupApplyInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Setup_Handover"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setup_check: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetupCheckInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Findings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setup_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetupConfirmInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetupDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setup_mail_test: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetupMailInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailAnswer"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setup_recovery: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetupRecoveryInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryMade"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setup_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetupStatus"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setup_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetupTOTPInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Setup_Enrolment"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    state: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["State"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    system: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["System"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    backup_list: {
        parameters: {
            query?: {
                /** @description next of the page before */
                after?: string;
                /** @description filter[column]=a,b: any of the values; filter[account] means this account and all below */
                filter?: {
                    [key: string]: string;
                };
                limit?: number;
                /** @description words, each of which must be in the row */
                q?: string;
                /** @description column, with - in front for descending */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListBackup"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    backup_add: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backup"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    certificates: {
        parameters: {
            query?: {
                /** @description next of the page before */
                after?: string;
                /** @description filter[column]=a,b: any of the values; filter[account] means this account and all below */
                filter?: {
                    [key: string]: string;
                };
                limit?: number;
                /** @description words, each of which must be in the row */
                q?: string;
                /** @description column, with - in front for descending */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListCertificate"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    clock_confirm: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Clock"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    doctor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Doctor"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recovery: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recovery"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recovery_set: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
                /** @description the version that the change is based on, as "7" */
                "If-Match": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecoveryInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recovery"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recovery_make: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryMade"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restore_confirm: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["System"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Config_Settings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    token_info: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkInfo"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    token_resend: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    user_list: {
        parameters: {
            query?: {
                /** @description the same as filter[account] */
                account?: string;
                /** @description next of the page before */
                after?: string;
                /** @description filter[column]=a,b: any of the values; filter[account] means this account and all below */
                filter?: {
                    [key: string]: string;
                };
                limit?: number;
                /** @description words, each of which must be in the row */
                q?: string;
                /** @description column, with - in front for descending */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListUserRow"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    user_invite: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InviteInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InviteMade"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    user_remove: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    user_edit: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
                /** @description the version that the change is based on, as "7" */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserEditInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserRow"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    user_resend: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InviteMade"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    user_reset: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UserResetInBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InviteMade"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    visit_list: {
        parameters: {
            query?: {
                /** @description next of the page before */
                after?: string;
                /** @description filter[column]=a,b: any of the values; filter[account] means this account and all below */
                filter?: {
                    [key: string]: string;
                };
                limit?: number;
                /** @description words, each of which must be in the row */
                q?: string;
                /** @description column, with - in front for descending */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListVisitRow"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    visit_end: {
        parameters: {
            query?: never;
            header: {
                /** @description chosen by the client, kept 24 h: the same request is not done twice */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    visit_probe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VisitProbe"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
