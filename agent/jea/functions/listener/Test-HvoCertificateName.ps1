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
    if (-not $Pattern.StartsWith('*.')) { return $Pattern -eq $HostName }
    $dot = $HostName.IndexOf('.')
    return $dot -gt 0 -and $HostName.Substring($dot) -eq $Pattern.Substring(1)
}
