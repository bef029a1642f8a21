function Test-HvoCertificateName {
    <#
    .SYNOPSIS
        Tells whether a certificate's name stands for a host's; a wildcard stands for one label.
    .PARAMETER Pattern
        The certificate's name.
    .PARAMETER HostName
        The host's.
    .OUTPUTS
        System.Boolean
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Pattern,
        [Parameter(Mandatory = $true)] [string] $HostName
    )
    if (-not $Pattern.StartsWith('*.')) { return $Pattern -eq $HostName }
    $dot = $HostName.IndexOf('.')
    $dot -gt 0 -and $HostName.Substring($dot) -eq $Pattern.Substring(1)
}
