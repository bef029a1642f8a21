function Get-HvoAuthenticationTag {
    <#
    .SYNOPSIS
        Returns the authentication tag of A256CBC-HS512 (RFC 7518, 5.2.2.1).
    .PARAMETER Content
        Hashtable with MacKey (32 bytes), Header (first part of the JWE, as received), Iv and Ciphertext (bytes). A log
        shows nothing of the content of a hashtable.
    .OUTPUTS
        System.Byte[] of 32 bytes.
    #>
    [CmdletBinding()]
    [OutputType([byte[]])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Content
    )
    $associated = [System.Text.Encoding]::ASCII.GetBytes($Content.Header)
    $length = [BitConverter]::GetBytes([long]$associated.Length * 8)
    if ([BitConverter]::IsLittleEndian) { [Array]::Reverse($length) }
    $covered = [System.IO.MemoryStream]::new()
    foreach ($part in @($associated, $Content.Iv, $Content.Ciphertext, $length)) {
        $covered.Write($part, 0, $part.Length)
    }
    $hmac = [System.Security.Cryptography.HMACSHA512]::new([byte[]]$Content.MacKey)
    try {
        return , [byte[]]($hmac.ComputeHash($covered.ToArray())[0..31])
    } finally {
        $hmac.Dispose()
    }
}
