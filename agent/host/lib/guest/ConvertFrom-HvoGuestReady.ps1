function ConvertFrom-HvoGuestReady {
    <#
    .SYNOPSIS
        Returns the key in a ProvisioningReady, or null if it is for another VM or not usable.
    .DESCRIPTION
        A usable key is RSA of 2,048 to 4,096 bits with exponent 65537. A captured image posts the GUID of the VM that it
        was captured from.
    .OUTPUTS
        Object with Jwk (kty, n, e in that order) and Kid (RFC 7638 thumbprint), or null.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter()] [AllowNull()] [AllowEmptyString()] [string] $Text,
        [Parameter(Mandatory = $true)] [string] $VmId
    )
    $ready = ConvertFrom-HvoGuestJson $Text
    $key = Get-HvoProperty $ready 'key'
    if ([string](Get-HvoProperty $ready 'vm') -ne $VmId -or [string](Get-HvoProperty $ready 'protocol') -ne '1') { return $null }
    $n = [string](Get-HvoProperty $key 'n')
    if ((Get-HvoProperty $key 'kty') -cne 'RSA' -or (Get-HvoProperty $key 'e') -cne 'AQAB') { return $null }
    if ($n -cnotmatch '\A[A-Za-z0-9_-]{1,800}\z') { return $null }
    try { $modulus = ConvertFrom-HvoBase64Url $n } catch { return $null }
    $bits = Get-HvoBitLength -Bytes $modulus
    if ($bits -lt 2048 -or $bits -gt 4096) { return $null }
    $canonical = '{"e":"AQAB","kty":"RSA","n":"' + $n + '"}'
    $kid = ConvertTo-HvoBase64Url (Get-HvoSha256 -Bytes ([System.Text.Encoding]::ASCII.GetBytes($canonical)))
    return [PSCustomObject]@{ Jwk = [ordered]@{ kty = 'RSA'; n = $n; e = 'AQAB' }; Kid = $kid }
}
