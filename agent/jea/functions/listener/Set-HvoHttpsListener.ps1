function Set-HvoHttpsListener {
    <#
    .SYNOPSIS
        Makes WinRM listen on HTTPS with a certificate.
    .PARAMETER HostName
        Name in the certificate.
    .PARAMETER Thumbprint
        Thumbprint of the certificate.
    .PARAMETER Port
        Port of the listener.
    .OUTPUTS
        String: what was done.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $HostName,
        [Parameter(Mandatory = $true)] [string] $Thumbprint,
        [Parameter(Mandatory = $true)] [int] $Port
    )
    $uri = 'winrm/config/Listener'
    $which = @{ Transport = 'HTTPS'; Address = '*' }
    $wanted = @{ Hostname = $HostName; CertificateThumbprint = $Thumbprint; Port = "$Port"; Enabled = 'true' }
    $there = $null
    foreach ($listener in @(Get-WSManInstance -ResourceURI $uri -Enumerate)) {
        if ($listener.Transport -eq 'HTTPS' -and $listener.Address -eq '*') { $there = $listener }
    }
    if ($null -eq $there) {
        $null = New-WSManInstance -ResourceURI $uri -SelectorSet $which -ValueSet $wanted
        return "WinRM listens on HTTPS, port $Port, with certificate $Thumbprint."
    }
    $same = $there.Hostname -eq $HostName -and [string]$there.Port -eq "$Port" -and
        ([string]$there.CertificateThumbprint).Replace(' ', '') -eq $Thumbprint -and [string]$there.Enabled -eq 'true'
    if ($same) { return "WinRM listens on HTTPS, port $Port, with certificate $Thumbprint already." }
    $null = Set-WSManInstance -ResourceURI $uri -SelectorSet $which -ValueSet $wanted
    return "WinRM's HTTPS listener was changed: port $Port, certificate $Thumbprint."
}
