function Wait-HvoRoleTask {
    <#
    .SYNOPSIS
        Waits for the result of a task of Invoke-HvoRoleTask, for three minutes.
    .OUTPUTS
        Object: Ok, Message (why it is not), Warnings.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [string] $Name,
        [Parameter(Mandatory = $true)] [string] $Path
    )
    $ends = [DateTime]::UtcNow.AddSeconds(180)
    $idle = $null
    while ($true) {
        if ([System.IO.File]::Exists($Path)) {
            $read = ConvertFrom-Json -InputObject (Read-HvoFile -Path $Path)
            return [PSCustomObject]@{
                Ok = [bool](Get-HvoProperty $read 'ok'); Message = [string](Get-HvoProperty $read 'message')
                Warnings = [string[]]@(Get-HvoProperty $read 'warnings' -Default @())
            }
        }
        $state = [string](Get-ScheduledTask -TaskName $Name -TaskPath '\' -ErrorAction Stop).State
        if ($state -eq 'Running' -or $state -eq 'Queued') {
            $idle = $null
        } elseif ($null -eq $idle) {
            # A task that was started just now may not run yet, and one that has ended may have written its result since.
            $idle = [DateTime]::UtcNow.AddSeconds(5)
        } elseif ([DateTime]::UtcNow -ge $idle) {
            $last = (Get-ScheduledTaskInfo -TaskName $Name -TaskPath '\' -ErrorAction Stop).LastTaskResult
            $text = 'the task ended without a result; its last one is 0x{0:X8}' -f $last
            return [PSCustomObject]@{ Ok = $false; Message = $text; Warnings = @() }
        }
        if ([DateTime]::UtcNow -ge $ends) {
            return [PSCustomObject]@{ Ok = $false; Message = 'the task has not ended after 180 seconds'; Warnings = @() }
        }
        Start-Sleep -Milliseconds 250
    }
}
