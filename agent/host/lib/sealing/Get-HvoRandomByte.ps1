function Get-HvoRandomByte {
    <#
    .SYNOPSIS
        Returns cryptographically random bytes.
    .OUTPUTS
        Byte array, as one object.
    #>
    [CmdletBinding()]
    [OutputType([byte[]])]
    param(
        [Parameter(Mandatory = $true)] [int] $Count
    )
    $bytes = [byte[]]::new($Count)
    $source = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    try { $source.GetBytes($bytes) } finally { $source.Dispose() }
    return , $bytes
}
