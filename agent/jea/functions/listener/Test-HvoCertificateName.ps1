function Test-HvoCertificateName {
    <#
    .SYNOPSIS
        Returns whether a name in a certificate matches a host's name; a wildcard matches one label.
    .PARAMETER Pattern
        Name in the certificate.
    .PARAMETER HostName
        Name of the host.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Pattern,
        [Parameter(Mandatory = $true)] [string] $HostName
    )
    $ordinal = [StringComparison]::OrdinalIgnoreCase
    if (-not $Pattern.StartsWith('*.', $ordinal)) { return [string]::Equals($Pattern, $HostName, $ordinal) }
    $dot = $HostName.IndexOf([char]'.')
    return $dot -gt 0 -and [string]::Equals($HostName.Substring($dot), $Pattern.Substring(1), $ordinal)
}
