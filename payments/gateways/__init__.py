"""Whoever takes the money. One file each speaks the words of one provider; everybody else knows only the port."""
