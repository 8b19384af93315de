"""Files of people and objects of projects: sent and fetched over HTTP, in parts, resumed, checked on both sides."""
