function Get-HvoSwitchCheck {
    <#
    .SYNOPSIS
        Returns the row of the virtual switch that machines are connected to.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Name
    )
    $row = @{ Subject = $Name; Expected = 'a virtual switch of this name, of the type External' }
    $switches = @(Get-VMSwitch)
    $own = @($switches | Where-Object { [string]$_.Name -eq $Name })
    if (-not $own.Count) {
        $others = @($switches | ForEach-Object { [string]$_.Name } | Select-Object -First 20)
        $observed = 'the host has no virtual switch'
        if ($others.Count) { $observed = "there is none of this name; the host has: $($others -join ', ')" }
        return New-HvoCheckRow -Id VirtualSwitch @row -State blocking -Observed $observed
    }
    $types = @($own | ForEach-Object { [string]$_.SwitchType })
    $state = if ($own.Count -eq 1 -and $types[0] -eq 'External') { 'ok' } else { 'warning' }
    $observed = if ($own.Count -eq 1) { $types[0] } else { "$($own.Count) switches of this name: $($types -join ', ')" }
    return New-HvoCheckRow -Id VirtualSwitch @row -State $state -Observed $observed
}
