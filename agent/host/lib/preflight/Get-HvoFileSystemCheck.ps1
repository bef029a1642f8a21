function Get-HvoFileSystemCheck {
    <#
    .SYNOPSIS
        Returns the row of the file system that machines are on, and whether images can be cloned there without a copy.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Target
    )
    $row = @{ Subject = $Target.MachineFolder; Expected = 'NTFS, ReFS or CSVFS' }
    $machines, $images = (Get-HvoFileSystemOf -Path $Target.MachineFolder), (Get-HvoFileSystemOf -Path $Target.ImageFolder)
    if ($null -eq $machines -or -not $machines.FileSystem) {
        return New-HvoCheckRow -Id FileSystem @row -State unknown -Observed 'no local volume reports a file system for this path'
    }
    $one = $null -ne $images -and (Test-HvoSamePath -Path $images.Path -Other $machines.Path)
    $cloned = if ($one -and $machines.FileSystem -eq 'ReFS') { 'and images can be cloned' } else { 'and images are copied' }
    $state = if ('NTFS', 'ReFS', 'CSVFS' -contains $machines.FileSystem) { 'ok' } else { 'warning' }
    $where = if ($one) { 'images are on the same volume' } else { 'images are on another volume' }
    return New-HvoCheckRow -Id FileSystem @row -State $state -Observed "$($machines.FileSystem); $where, $cloned"
}
