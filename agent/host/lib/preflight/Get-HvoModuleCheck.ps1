function Get-HvoModuleCheck {
    <#
    .SYNOPSIS
        Returns the row of Hyper-V's PowerShell module: its version, and whether another module has a command Get-VM too.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param()
    $expected = "Hyper-V's PowerShell module"
    # Get-VM is also a command of VMware PowerCLI.
    $own = Get-Command -Name 'Get-VMFirmware' -ErrorAction SilentlyContinue | Select-Object -First 1
    if ($null -eq $own) { return New-HvoCheckRow -Id HyperVModule -State blocking -Observed 'not installed' -Expected $expected }
    $others = @(Get-Command -Name 'Get-VM' -All -ErrorAction SilentlyContinue | ForEach-Object { [string]$_.Source } |
            Where-Object { $_ -and $_ -ne [string]$own.Source })
    $observed = "$($own.Source) $($own.Version)"
    if ($others.Count) { $observed = "$observed; Get-VM is also a command of $($others[0])" }
    return New-HvoCheckRow -Id HyperVModule -State ok -Observed $observed -Expected $expected
}
