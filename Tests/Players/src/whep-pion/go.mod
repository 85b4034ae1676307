module whep-pion
