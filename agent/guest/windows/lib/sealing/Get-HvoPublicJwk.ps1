function Get-HvoPublicJwk {
    <#
    .SYNOPSIS
        Returns the public half of a key as a JWK with its thumbprint (RFC 7638).
    .PARAMETER Key
        The RSA key.
    .OUTPUTS
        PSCustomObject with N (modulus, base64url), E (exponent, base64url) and Kid (SHA-256 thumbprint, base64url).
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [System.Security.Cryptography.RSA] $Key
    )
    $public = $Key.ExportParameters($false)
    $n = ConvertTo-HvoBase64Url -Bytes $public.Modulus
    $e = ConvertTo-HvoBase64Url -Bytes $public.Exponent
    $canonical = '{{"e":"{0}","kty":"RSA","n":"{1}"}}' -f $e, $n
    $sha256 = [System.Security.Cryptography.SHA256]::Create()
    try {
        $digest = $sha256.ComputeHash([System.Text.Encoding]::ASCII.GetBytes($canonical))
    } finally {
        $sha256.Dispose()
    }
    return [PSCustomObject]@{ N = $n; E = $e; Kid = (ConvertTo-HvoBase64Url -Bytes $digest) }
}
