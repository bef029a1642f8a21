function Get-HvoImageCheck {
    <#
    .SYNOPSIS
        Returns a row for each golden image, for the first 100 of them, and one for each .vhd file, which no machine can use.
    .OUTPUTS
        Ordered dictionaries (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string] $Images,
        [Parameter()] [string] $Machines = ''
    )
    if (-not [System.IO.Directory]::Exists($Images)) { return }
    $files = [System.IO.FileInfo[]]@([System.IO.DirectoryInfo]::new($Images).GetFiles() | Where-Object {
            '.vhdx', '.vhd' -contains $_.Extension
        })
    [Array]::Sort([string[]]@($files | ForEach-Object { $_.Name }), $files, [StringComparer]::OrdinalIgnoreCase)
    # Who uses an image is worth a word, and no row.
    $used = @()
    if ($Machines) { try { $used = @(Get-HvoImageChild -Entries @(Get-HvoMachineJournal -Machines $Machines)) } catch { $used = @() } }
    foreach ($file in ($files | Select-Object -First 100)) {
        $path, $name = $file.FullName, $file.Name
        $children = @($used | Where-Object { "$($_.name).vhdx" -eq $name }).Count
        Invoke-HvoCheck -Id Image -Subject $name -Check { Get-HvoOneImageCheck -Path $path -Children $children }
    }
    if ($files.Count -gt 100) {
        New-HvoCheckRow -Id Image -Subject $Images -State unknown -Observed "$($files.Count - 100) more images were not looked at"
    }
}
