function Get-HvoVmmsEvent {
    <#
    .SYNOPSIS
        Returns the last five events of the Virtual Machine Management Service (VMMS) that name a VM.
    .OUTPUTS
        Ordered dictionaries with at, id and message (at most 500 characters), oldest first.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [object] $Vm,
        [Parameter(Mandatory = $true)] [DateTime] $After
    )
    $filter = @{ LogName = 'Microsoft-Windows-Hyper-V-VMMS-Admin'; StartTime = $After }
    try { $events = @(Get-WinEvent -FilterHashtable $filter -MaxEvents 100 -ErrorAction Stop) } catch { return }
    $id = [string]$Vm.Id
    $named = @($events | Where-Object {
            $text = [string]$_.Message
            $text.IndexOf($id, [StringComparison]::OrdinalIgnoreCase) -ge 0 -or $text.Contains("'$($Vm.Name)'")
        } | Sort-Object -Property TimeCreated | Select-Object -Last 5)
    foreach ($entry in $named) {
        $text = ([string]$entry.Message -creplace '\s+', ' ').Trim()
        [ordered]@{
            at = Get-HvoTimestamp -Time $entry.TimeCreated; id = [int]$entry.Id
            message = $text.Substring(0, [Math]::Min(500, $text.Length))
        }
    }
}
