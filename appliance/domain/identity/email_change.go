package identity

import (
	"context"
	"errors"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// RequestEmail mails a link to another address of the person; nothing changes before it is opened.
// The old address is told. Whether somebody else has the new one is not answered here.
func (i *Identity) RequestEmail(ctx context.Context, by audit.Cause, user, password, email string) error {
	shown, key, err := checkEmail(email)
	if err != nil {
		return err
	}
	_, err = i.confirm(ctx, by, user, "password", password, "user.email", func(tx store.Tx, k *known, _ *outcome) (err error) {
		ready, err := i.cfg.Mail.Ready(tx)
		if err != nil || !ready {
			return joinRefusal(err, ErrNoMail)
		}
		if key == k.user.EmailKey {
			return fault.Invalid("email", "same", "this is the present e-mail")
		}
		e := entry("user.email", &k.user, map[string]string{"change": "asked", "to": shown})
		if err := audit.Record(tx, by, e); err != nil {
			return err
		}
		if err := i.mail(tx, by, &k.user, k.user.Email, "operator_notice", emailText(k.user.Lang, shown)); err != nil {
			return err
		}
		return i.mailEmailLink(tx, by, &k.user, shown, key)
	})
	return err
}

func (i *Identity) mailEmailLink(tx store.Tx, by audit.Cause, u *User, shown, key string) error {
	if taken, err := Users().ByUnique(tx, "email", store.Text(key)); err == nil && taken.ID != u.ID {
		return nil
	} else if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	now := i.cfg.Clock.Now()
	t := tokenRow{Purpose: PurposeEmail, User: u.ID, Account: u.Home, Email: shown, Mailed: true, CreatedAt: now, EndsAt: now.Add(EmailEnds)}
	plain, err := i.issue(tx, t)
	if err != nil {
		return err
	}
	text := emailLinkText(u.Lang, t.EndsAt)
	text["link"] = i.cfg.Base() + "/email#t=" + plain
	return i.mail(tx, by, u, shown, "operator_notice", text)
}

// ConfirmEmail makes the address of the link the person's e-mail.
func (i *Identity) ConfirmEmail(ctx context.Context, by audit.Cause, token string) (u User, err error) {
	if err = i.rate.take(by.IP); err != nil {
		return User{}, err
	}
	err = i.update(ctx, func(tx store.Tx) (err error) {
		t, err := i.openToken(tx, token, PurposeEmail)
		if err != nil {
			return err
		}
		if u, err = Users().Get(tx, store.Text(t.User)); err != nil {
			return absent(err, ErrToken)
		}
		if err := useToken(tx, t, i.cfg.Clock.Now()); err != nil {
			return err
		}
		was := u.Email
		u.Email, u.EmailKey = t.Email, Fold(t.Email)
		u.Ver++
		if err := Users().Put(tx, &u); errors.Is(err, store.ErrExists) {
			return ErrEmailTaken
		} else if err != nil {
			return err
		}
		return audit.Record(tx, as(by, &u), entry("user.email", &u, map[string]string{"change": "confirmed", "was": was}))
	})
	return u, err
}

func emailText(lang, to string) map[string]string {
	if len(lang) >= 2 && lang[:2] == "zh" {
		return map[string]string{"subject": "登录邮箱即将更改", "text": "有人请求将您的登录邮箱更改为 " + to + "。如果不是您本人，请立即修改密码并联系管理您账户的人员。"}
	}
	return map[string]string{
		"subject": "Your sign-in e-mail is about to change",
		"text":    "Somebody asked to change your sign-in e-mail to " + to + ". If it was not you, change your password now and tell the person who manages your account.",
	}
}

func emailLinkText(lang string, ends time.Time) map[string]string {
	at := ends.UTC().Format("2006-01-02 15:04 MST")
	if len(lang) >= 2 && lang[:2] == "zh" {
		return map[string]string{"subject": "确认您的新邮箱", "text": "打开此地址以将其作为您的登录邮箱。链接仅可使用一次，有效期至 " + at + "。"}
	}
	return map[string]string{
		"subject": "Confirm your new e-mail",
		"text":    "Open this address to sign in with this e-mail from now on. It works once and ends at " + at + ".",
	}
}
