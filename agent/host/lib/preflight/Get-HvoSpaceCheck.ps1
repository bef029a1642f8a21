function Get-HvoSpaceCheck {
    <#
    .SYNOPSIS
        Returns the row of the free space for machines, against the largest image.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Target
    )
    $free = Get-HvoFreeSpace -Path $Target.MachineFolder
    $needed = [long]0
    if ($Target.Clone -eq 'Copy' -and [System.IO.Directory]::Exists($Target.ImageFolder)) {
        $files = [System.IO.DirectoryInfo]::new($Target.ImageFolder).GetFiles('*.vhdx')
        foreach ($file in $files) { $needed = [Math]::Max($needed, $file.Length) }
    }
    $row = @{ Subject = $Target.MachineFolder; Expected = "more than the largest image ($(Format-HvoSize $needed) GB)" }
    if ($null -eq $free) { return New-HvoCheckRow -Id FreeSpace @row -State unknown -Observed 'no local volume has this path' }
    $state = if ($free -gt $needed) { 'ok' } else { 'warning' }
    return New-HvoCheckRow -Id FreeSpace @row -State $state -Observed "$(Format-HvoSize $free) GB"
}
