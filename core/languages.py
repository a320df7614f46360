"""What language is a text in?"""
