"""The reviewer's desk: a new trial, a second reading, what the two decide, and how often they agreed."""
