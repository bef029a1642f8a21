function Set-HvoFirewallRule {
    <#
    .SYNOPSIS
        Sets the firewall rule that allows the operator to connect to the listener.
    .PARAMETER Port
        Port of the listener.
    .PARAMETER RemoteAddress
        Addresses or networks that the operator connects from.
    .OUTPUTS
        String: what was done.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [int] $Port,
        [Parameter(Mandatory = $true)] [string[]] $RemoteAddress
    )
    $name = 'HyperVOperator-WinRM-HTTPS'
    $how = @{ Direction = 'Inbound'; Action = 'Allow'; Protocol = 'TCP'; LocalPort = "$Port"; Profile = 'Any'
        RemoteAddress = $RemoteAddress; Enabled = 'True'; ErrorAction = 'Stop'
    }
    $rule = $null
    try {
        $rule = Get-NetFirewallRule -Name $name -ErrorAction Stop
    } catch {
        if ($_.CategoryInfo.Category -ne 'ObjectNotFound') { throw }
    }
    if ($null -eq $rule) {
        $null = New-NetFirewallRule -Name $name -DisplayName 'hyperv-operator (WinRM HTTPS)' @how
    } else {
        Set-NetFirewallRule -Name $name @how
    }
    return "The firewall lets $($RemoteAddress -join ', ') through to port $Port."
}
