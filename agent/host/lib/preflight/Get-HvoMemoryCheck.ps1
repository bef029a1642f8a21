function Get-HvoMemoryCheck {
    <#
    .SYNOPSIS
        Returns the row of the host's free memory.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param()
    $memory = Get-HvoHostMemory
    $state = if ($memory.Free -ge 2147483648) { 'ok' } else { 'warning' }
    $observed = "$(Format-HvoSize $memory.Free) GB of $(Format-HvoSize $memory.Total) GB"
    return New-HvoCheckRow -Id FreeMemory -State $state -Observed $observed -Expected 'at least 2.0 GB'
}
