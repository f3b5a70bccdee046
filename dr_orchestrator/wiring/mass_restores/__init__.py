"""Large-incident drills, put together: planned, driven wave by wave, asked for in their containers, published."""
