function Assert-HvoImageUnchanged {
    <#
    .SYNOPSIS
        Fails with ImageChanged if a differencing disk is to be made from an image that was changed after others were made from it.
    .DESCRIPTION
        A copy of such an image is whole, so that is only logged.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [string] $Path
    )
    $name = [System.IO.Path]::GetFileNameWithoutExtension($Path)
    $entries = @(Get-HvoMachineJournal -Machines $Context.Machines)
    $children = @(Get-HvoImageChild -Entries $entries | Where-Object { $_.name -eq $name })
    if (-not $children.Count -or (Get-HvoImageChange -Path $Path -Records $children) -ne 'Changed') { return }
    $uids = @($children | ForEach-Object { $_.machine_uid } | Select-Object -First 5) -join ', '
    $text = "The image $Path was changed after the differencing disks of $($children.Count) machines were made from it, among them: $uids."
    if ((Get-HvoProperty $Context.Job.host 'clone' -Default 'Copy') -eq 'Differencing') {
        Stop-HvoLaunch -Code ImageChanged -Message $text
    }
    Write-HvoLog -Message $text
}
