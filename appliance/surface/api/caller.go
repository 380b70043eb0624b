package api

import (
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// Caller is whom a session stands for.
type Caller struct {
	Who   route.Who
	Label string // the user's e-mail, for the operation log
	// Subject is the user whose rights are used in log-in-as.
	Subject, SubjectLabel string
}

func (a *API) identify(c *route.Call, quiet bool) error {
	who, err := a.c.Identity.Caller(c.HTTP.Context(), c.Token, quiet)
	if err != nil {
		return err
	}
	c.Who, c.SignedIn = who.Who, true
	c.By.User, c.By.UserLabel = who.Who.User, who.Label
	c.By.Subject, c.By.SubjectLabel = who.Subject, who.SubjectLabel
	c.By.Session, c.By.Account = who.Who.Session, who.Who.Account
	return nil
}
