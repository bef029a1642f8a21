function Read-HvoPublishedData {
    <#
    .SYNOPSIS
    Puts together what the host has published for this guest.
    .OUTPUTS
    System.Collections.Hashtable: Refusal (a word, empty if all is there and its digest is right; `Nothing` while nothing
    is published) and Sealed (the JWE).
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param()
    $pool = 'SOFTWARE\Microsoft\Virtual Machine\External'
    $manifest = Get-HvoRegistryValue -Path $pool -Name 'ProvisioningData'
    if (-not $manifest) { return @{ Refusal = 'Nothing'; Sealed = '' } }
    try {
        if ($manifest.Length -gt 1000) { throw [FormatException]::new('The manifest is too long.') }
        $told = ConvertFrom-HvoJsonText -Text $manifest
    }
    catch [FormatException] { return @{ Refusal = 'ManifestUnreadable'; Sealed = '' } }
    $parts = $told['parts']
    $digest = $told['sha256']
    if (-not (Test-HvoJsonString -Value $told['protocol'] -Expected '1') -or $parts -isnot [string] -or
        $parts -cnotmatch '\A([1-9][0-9]?|1[01][0-9]|120)\z' -or $digest -isnot [string] -or
        $digest -cnotmatch '\A[0-9a-f]{64}\z') {
        return @{ Refusal = 'ManifestUnreadable'; Sealed = '' }
    }
    $sealed = [System.Text.StringBuilder]::new()
    for ($number = 0; $number -lt [int]$parts; $number++) {
        $part = Get-HvoRegistryValue -Path $pool -Name "ProvisioningData.$number"
        if (-not $part) { return @{ Refusal = 'PartMissing'; Sealed = '' } }
        if ($part.Length -gt 1000) { return @{ Refusal = 'PartTooLong'; Sealed = '' } }
        $null = $sealed.Append($part)
    }
    $sha256 = [System.Security.Cryptography.SHA256]::Create()
    try { $found = $sha256.ComputeHash([System.Text.Encoding]::UTF8.GetBytes($sealed.ToString())) }
    finally { $sha256.Dispose() }
    if ([BitConverter]::ToString($found).Replace('-', '').ToLowerInvariant() -cne $digest) {
        return @{ Refusal = 'DigestWrong'; Sealed = '' }
    }
    @{ Refusal = ''; Sealed = $sealed.ToString() }
}
