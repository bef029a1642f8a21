function Invoke-HvoFirstContact {
    <#
    .SYNOPSIS
        Shows on a real Hyper-V host which of the agent's riskiest assumptions hold there, and writes a report without names.
    .DESCRIPTION
        Reads only, unless -DisposableVm is given: then a VM is made in the folder of machines, started, asked and removed again.
        Run it as an administrator. Nothing is sent anywhere. In the report and in what is shown, names, addresses, accounts and paths are
        placeholders, the same one for the same value.
    .PARAMETER Images
        Folder of golden images, or of any virtual disks. Without it, what is about images is unknown.
    .PARAMETER Machines
        Folder for machines. The disposable VM is made in a folder of its own below it.
    .PARAMETER Switch
        Name of the virtual switch for machines.
    .PARAMETER FailoverCluster
        Name of the failover cluster, if the host is a node of one.
    .PARAMETER Report
        File for the report.
    .PARAMETER DisposableVm
        Also make, start, ask and remove a VM of 1 GB.
    .OUTPUTS
        Strings: what is shown.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter()] [string] $Images = '',
        [Parameter()] [string] $Machines = '',
        [Parameter()] [string] $Switch = '',
        [Parameter()] [string] $FailoverCluster = '',
        [Parameter()] [string] $Report = 'first-contact.json',
        [Parameter()] [switch] $DisposableVm
    )
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    $mode = "$($ExecutionContext.SessionState.LanguageMode)"
    if ($mode -ne 'FullLanguage') {
        # Constrained language runs this much; it is the first finding, and the last that is possible.
        return "1. differs: PowerShell runs in the language mode $mode. Nothing else can be looked at here."
    }
    if ($DisposableVm -and -not $Machines) { throw '-DisposableVm needs -Machines, the folder to make the VM in.' }
    Set-HvoModuleAlias
    $names = New-HvoPlaceholder
    Add-HvoKnownName -Placeholder $names -Images $Images -Switch $Switch -FailoverCluster $FailoverCluster
    $findings = @(Get-HvoFinding -Images $Images -Machines $Machines)
    if ($DisposableVm) { $findings += @(Get-HvoMachineFinding -Machines $Machines) }
    $rows = @(Get-HvoFirstContactRow -Images $Images -Machines $Machines -Switch $Switch -FailoverCluster $FailoverCluster)
    $system = Get-CimInstance -Namespace 'root\cimv2' -ClassName 'Win32_OperatingSystem' | Select-Object -First 1
    $document = [ordered]@{
        report = 1
        windows = Get-HvoVersionText -Text ([string]$system.Version)
        powershell = Get-HvoVersionText -Text ([string]$PSVersionTable.PSVersion)
        culture = [System.Globalization.CultureInfo]::CurrentCulture.Name; disposable_vm = [bool]$DisposableVm
        findings = @($findings | ForEach-Object {
                [ordered]@{
                    number = $_.number; assumption = $_.assumption; verdict = $_.verdict
                    observed = ConvertTo-HvoRedacted -Text $_.observed -Placeholder $names
                }
            })
        rows = @($rows | ForEach-Object {
                [ordered]@{
                    id = $_.id; state = $_.state; subject = ConvertTo-HvoRedacted -Text $_.subject -Placeholder $names
                    observed = ConvertTo-HvoRedacted -Text $_.observed -Placeholder $names
                }
            })
    }
    $encoding = [System.Text.UTF8Encoding]::new($false)
    $path = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Report)
    [System.IO.File]::WriteAllText($path, (ConvertTo-Json -InputObject $document -Depth 6), $encoding)
    foreach ($one in $document.findings) { "$($one.number). $($one.verdict): $($one.assumption)`n     observed: $($one.observed)" }
    foreach ($one in $document.rows) {
        if ($one.state -ne 'ok') { "$($one.state): $($one.id) $($one.subject): $($one.observed)" }
    }
    "The report without names is in $Report. Read it before you send it."
}
