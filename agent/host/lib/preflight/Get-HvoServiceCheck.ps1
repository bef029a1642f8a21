function Get-HvoServiceCheck {
    <#
    .SYNOPSIS
        Returns the row of Hyper-V's Virtual Machine Management service (vmms).
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param()
    $service = Get-CimInstance -Namespace 'root\cimv2' -ClassName 'Win32_Service' -Filter "Name='vmms'" | Select-Object -First 1
    if ($null -eq $service) {
        return New-HvoCheckRow -Id ManagementService -State blocking -Observed 'not installed' -Expected 'Running, started automatically'
    }
    $state = 'ok'
    if ([string]$service.StartMode -cne 'Auto') { $state = 'warning' }
    if ([string]$service.State -cne 'Running') { $state = 'blocking' }
    $observed = "$($service.State), start mode $($service.StartMode)"
    return New-HvoCheckRow -Id ManagementService -State $state -Observed $observed -Expected 'Running, started automatically'
}
